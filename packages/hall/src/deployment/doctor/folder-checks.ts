import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { exposedFiles } from '../exposed-files.ts';
import { LAYOUT } from '../layout.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from './check.ts';
import { asRoot, shellWord } from './shell-command.ts';

const MIB = 1024 * 1024;
/** Below the first the next commits fail soon, below the second within days. */
const LITTLE = { fail: 64 * MIB, warn: 1024 * MIB };
const GIVEN_FILES = [LAYOUT.rules, LAYOUT.config, LAYOUT.server, LAYOUT.key, LAYOUT.store];
/** What signs, and whose text lets somebody act as a worker. */
const SECRET = new Set<string>([LAYOUT.key, LAYOUT.exampleKey]);

/** Whether there is a Hall in a folder, or the beginning of one. */
export function isHall(dir: string): boolean {
  return GIVEN_FILES.some((file) => existsSync(join(dir, file)));
}

/** The folder itself, the room on its disk, and who may read what is in it. */
export async function folderChecks({ dir }: CheckBase): Promise<DeploymentCheck[]> {
  const checks = [await ownerCheck(dir), await diskCheck(dir)];
  return isHall(dir) ? [...checks, ...(await permissionChecks(dir))] : checks;
}

async function ownerCheck(dir: string): Promise<DeploymentCheck> {
  const start = { remedy: `wcp serve ${shellWord(dir)}` };
  if (!isHall(dir)) return warn('folder', 'There is no Hall in this folder yet.', start);
  const { uid } = await stat(dir);
  const own = process.getuid?.() ?? uid;
  if (uid === own || own === 0) return ok('folder', 'There is a Hall in this folder.');
  const remedy = asRoot(`chown -R ${own} ${shellWord(dir)}`);
  return fail('folder', `The folder belongs to user ${uid}, and this is user ${own}.`, { remedy });
}

async function diskCheck(dir: string): Promise<DeploymentCheck> {
  const { bavail, bsize, files, ffree } = await statfs(existsSync(dir) ? dir : '.');
  return roomCheck({ bytes: bavail * bsize, files, free_files: ffree }, dir);
}

/** What is left on a disk; `files` is 0 where their number is not limited. */
interface DiskRoom {
  readonly bytes: number;
  readonly files: number;
  readonly free_files: number;
}

/** Whether the room on the disk of a folder is enough. */
export function roomCheck({ bytes, files, free_files }: DiskRoom, dir: string): DeploymentCheck {
  const room = `There are ${Math.floor(bytes / MIB)} MiB left on the disk`;
  const remedy = `du -xh ${shellWord(dir)} | sort -h | tail`;
  if (bytes < LITTLE.fail) return fail('disk', `${room}. Evidence can soon not be written.`, { remedy });
  if (files > 0 && free_files === 0) {
    return fail('disk', 'The disk has room for no further file.', { remedy });
  }
  return bytes < LITTLE.warn ? warn('disk', `${room}.`, { remedy }) : ok('disk', `${room}.`);
}

async function permissionChecks(dir: string): Promise<DeploymentCheck[]> {
  const exposed = await exposedFiles(dir);
  if (exposed.length === 0)
    return [ok('permissions', 'Nobody but its owner can read what the folder holds.')];
  return exposed.map((path) => {
    const name = path === '.' ? 'The folder of the Hall' : path;
    const remedy = `chmod go-rwx ${shellWord(join(dir, path))}`;
    const message = `${name} can be read or written by others than its owner.`;
    return (SECRET.has(path) ? fail : warn)('permissions', message, { subject: path, remedy });
  });
}

/** A path of `server.json`, as somebody would type it who stands where the command was run. */
export function placeIn(dir: string, path: string): string {
  return isAbsolute(path) ? path : join(dir, path);
}
