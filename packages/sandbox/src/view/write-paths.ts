import { lstat, realpath } from 'node:fs/promises';
import { normalize } from 'node:path';
import { misuse } from '../base/errors.ts';

/** Where the kernel, the runtime and the sandbox itself have their files. */
const TAKEN = ['/proc', '/sys', '/dev', '/run/wcp', '/run/egress', '/run/secrets', '/worker', '/opt/node'];
/** Folders that the program has for itself, in memory. */
const PRIVATE = new Set(['/tmp', '/dev/shm']);

/** The folders of the host that a program may write to: the entries of its envelope, each checked. */
export async function writeFolders(
  entries: readonly string[],
  runtime: readonly string[],
): Promise<readonly string[]> {
  const folders = entries.filter((entry) => !PRIVATE.has(entry));
  for (const folder of folders) {
    const fault = faultOf(folder, [...TAKEN, ...runtime]) ?? (await faultOnDisk(folder));
    if (fault !== null) throw misuse(`The write path ${JSON.stringify(folder)} ${fault}`);
  }
  return folders;
}

/** What is wrong with a write path, as a text alone; null where nothing is. */
export function faultOf(path: string, taken: readonly string[]): string | null {
  if (path.startsWith('$')) return 'has a variable. Give the folder that it stands for.';
  if (!path.startsWith('/')) return 'is not absolute. Give the whole path of a folder.';
  if (path.includes('\0')) return 'has a NUL character.';
  if (path.split('/').includes('..')) return 'has a segment "..". Give the path without it.';
  const plain = normalize(path).replace(/(.)\/$/, '$1');
  if (plain === '/') return 'is the whole file system. Name a folder.';
  const other = taken.find((each) => isWithin(plain, each) || isWithin(each, plain));
  return other === undefined
    ? null
    : `would lie over ${other}, which the sandbox needs. Name another folder.`;
}

async function faultOnDisk(path: string): Promise<string | null> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return `does not exist. Make it: mkdir -p ${path}`;
  if (stat.isSymbolicLink()) return 'is a symbolic link. Name the folder that it leads to.';
  if (!stat.isDirectory()) return 'is not a folder. Name the folder that it is in.';
  const real = await realpath(path).catch(() => null);
  if (real !== normalize(path).replace(/(.)\/$/, '$1'))
    return 'leads through a symbolic link. Name the folder itself.';
  return null;
}

/** Whether a path is another or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
