import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { childStdio } from '../base/child-stdio.ts';
import { misuse } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import type { PackageFile } from '../base/package-file.ts';
import type { User } from '../base/user.ts';
import { isOrphaned, ownMark } from '../limits/owner-mark.ts';
import { killProcess, treeOf } from '../limits/process-tree.ts';
import { checkEnvironment, checkSecrets, secretVariables } from '../view/environment.ts';
import { packageEntries } from '../view/package-entries.ts';
import { CONFINEMENT, isNode } from '../view/runtime/node-arguments.ts';
import { Ending } from './ending.ts';
import { DECLARED } from './enforcement-of.ts';
import type { SandboxOptions } from './options.ts';
import { checkLimits } from './plan.ts';
import type { Sandboxed } from './running.ts';

const PREFIX = 'wcp-declared-';
const USUAL = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };
const MODE = 0o500;

/**
 * Runs a program with nothing but its word: in a process group of its own, in a folder made of the bytes of its
 * package, and with the import hook where it is a Node program.
 */
export async function runDeclared(options: SandboxOptions): Promise<Sandboxed> {
  const { env = {}, secrets = {}, envelope } = options;
  const limits = checkLimits(options.limits);
  checkEnvironment(env);
  checkSecrets(secrets, envelope.secrets_access ?? []);
  await removeLeftOver();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${ownMark()}-`));
  try {
    await writePackage(folder, options.package, options.user);
    const [program = '', ...words] = await commandIn(folder, options.command);
    const { stdio, close } = childStdio();
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...USUAL, ...env, ...secretVariables(secrets) },
      detached: true,
      stdio: [...stdio],
      ...options.user,
    });
    close();
    await once(child, 'spawn');
    const root = child.pid ?? 0;
    const tidy = () => {
      // What it left in its group.
      killProcess(-root);
      return rm(folder, { recursive: true, force: true });
    };
    const ending = new Ending({
      child,
      root,
      limits,
      cgroup: null,
      private_folders: [],
      kill: () => killTree(root),
      tidy,
    });
    return { process: child, enforcement: DECLARED, ended: ending.ended, close: () => ending.close() };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function writePackage(
  folder: string,
  files: readonly PackageFile[],
  user: User | undefined,
): Promise<void> {
  packageEntries(files);
  const made = new Set([folder]);
  for (const { path, bytes } of files) {
    const place = join(folder, path);
    for (let parent = dirname(place); !made.has(parent); parent = dirname(parent)) made.add(parent);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await writeFile(place, bytes, { mode: MODE, flag: 'wx' });
    if (user !== undefined) await chown(place, user.uid, user.gid);
  }
  if (user !== undefined) for (const each of made) await chown(each, user.uid, user.gid);
}

async function commandIn(folder: string, [name = '', ...words]: readonly string[]): Promise<string[]> {
  const isOfPackage = name.includes('/') && !name.startsWith('/');
  const program = await findProgram(isOfPackage ? join(folder, name) : name);
  if (program === null)
    throw misuse(`The program ${JSON.stringify(name)} is not there. Install it, or name its path.`);
  return isNode(program) ? [program, ...CONFINEMENT, ...words] : [program, ...words];
}

/** Its group, and what has left the group but still descends from it. */
function killTree(root: number): void {
  const members = [...treeOf(root)];
  for (const pid of [-root, ...members]) killProcess(pid);
}

/**
 * Folders of a process that was killed before it could remove them. Everybody may make a folder of such a name: one
 * that belongs to somebody else is left alone, because its owner could put links into it meanwhile.
 */
async function removeLeftOver(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  const left = names.filter((name) => isOrphaned(name.slice(PREFIX.length)));
  await Promise.all(left.map((name) => removeOwn(join(tmpdir(), name))));
}

async function removeOwn(folder: string): Promise<void> {
  try {
    const { uid } = await lstat(folder);
    if (uid === process.getuid?.()) await rm(folder, { recursive: true, force: true });
  } catch {
    // Another process was faster.
  }
}
