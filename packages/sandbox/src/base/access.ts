import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { User } from './user.ts';

const BITS = { read: 4, write: 2, search: 1 } as const;

/** Whether another user, in no group but its own, may read a file or folder of the host: by mode, lists apart. */
export function mayRead(path: string, user: User): boolean {
  return mayReach(path, user) && has(path, user, isFolder(path) ? BITS.read | BITS.search : BITS.read);
}

/** Whether another user may change what is in a folder, or write to a file. */
export function mayWrite(path: string, user: User): boolean {
  return mayReach(path, user) && has(path, user, isFolder(path) ? BITS.write | BITS.search : BITS.write);
}

/** Whether another user may go through every folder on the way. */
function mayReach(path: string, user: User): boolean {
  const folder = dirname(path);
  return has(folder, user, BITS.search) && (folder === path || mayReach(folder, user));
}

function has(path: string, { uid, gid }: User, bits: number): boolean {
  const stat = statSync(path);
  const shift = stat.uid === uid ? 6 : stat.gid === gid ? 3 : 0;
  return ((stat.mode >> shift) & bits) === bits;
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}
