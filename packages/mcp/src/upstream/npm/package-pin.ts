import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import type { PackageFile } from '@wcp/sandbox';
import { WcpError } from '@wcp/spec';
import { z } from 'zod';
import { jsonOfBytes } from './json-bytes.ts';

/** What was installed for a server, and stays until its command names something else. */
export interface PackagePin {
  /** What the command asked for. */
  readonly spec: string;
  readonly name: string;
  /** What that was when it was installed. */
  readonly version: string;
  /** npm's own hash of the archive; null where the registry said none. */
  readonly integrity: string | null;
  /** The hash over all files, those of its dependencies included. */
  readonly package_hash: string;
  /** Whether install scripts have run. */
  readonly ran_scripts: boolean;
}

const pinSchema = z.strictObject({
  spec: z.string(),
  name: z.string(),
  version: z.string(),
  integrity: z.string().nullable(),
  package_hash: z.string(),
  ran_scripts: z.boolean(),
});

const PIN = 'pin.json';
/** With it, npm installs the same once more. */
const LOCK = 'package-lock.json';
const FILES = 'files';
const MAX_PIN = 65_536;
const MAX_LOCK = 16 * 1_048_576;
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o555;

/** The folder of the files that were installed. */
export function installedFiles(dir: string): string {
  return join(dir, FILES);
}

/** What was pinned in a folder; null where nothing was. @throws {WcpError} for a file that says nothing clear */
export async function readPin(dir: string): Promise<PackagePin | null> {
  const text = await readOrNull(join(dir, PIN), MAX_PIN);
  if (text === null) return null;
  try {
    return pinSchema.parse(jsonOfBytes(text));
  } catch (cause) {
    const message = `${JSON.stringify(join(dir, PIN))} does not say which package was installed. Remove its folder: the package is then installed anew, and its tools have to be enrolled again.`;
    throw new WcpError('ERR_WCP_MCP_CONFIG', message, { cause });
  }
}

/** Whether the files of a pin are there. */
export async function hasFiles(dir: string): Promise<boolean> {
  return (await lstat(installedFiles(dir)).catch(() => null))?.isDirectory() ?? false;
}

/** The lock of what was pinned; null where it is lost. */
export function readLock(dir: string): Promise<Buffer | null> {
  return readOrNull(join(dir, LOCK), MAX_LOCK);
}

/** Keeps what was installed: the files first, so that a pin never stands for files that are not there. */
export async function writePin(
  dir: string,
  pin: PackagePin,
  { files, lock }: { readonly files: readonly PackageFile[]; readonly lock: Uint8Array },
): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const draft = join(dir, `.draft-${randomBytes(4).toString('hex')}`);
  try {
    await writeFiles(join(draft, FILES), files);
    await writeFile(join(draft, LOCK), lock);
    await writeFile(join(draft, PIN), `${JSON.stringify(pin, null, 2)}\n`);
    await rm(join(dir, PIN), { force: true });
    await rm(installedFiles(dir), { recursive: true, force: true });
    for (const name of [FILES, LOCK, PIN]) await rename(join(draft, name), join(dir, name));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function writeFiles(folder: string, files: readonly PackageFile[]): Promise<void> {
  const made = new Set<string>();
  for (const { path, bytes } of files) {
    const place = join(folder, path);
    if (!made.has(dirname(place))) await mkdir(dirname(place), { recursive: true, mode: FOLDER_MODE });
    made.add(dirname(place));
    await writeFile(place, bytes, { flag: 'wx', mode: FILE_MODE });
  }
}

/** Ends what a gateway that was killed had begun to install. */
export async function removeDrafts(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names) {
    if (name.startsWith('.draft-')) await rm(join(dir, name), { recursive: true, force: true });
  }
}

async function readOrNull(place: string, most: number): Promise<Buffer | null> {
  return readRegularFile(place, most).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
