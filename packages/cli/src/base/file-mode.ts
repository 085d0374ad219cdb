import { stat } from 'node:fs/promises';

/** For the owner of a file alone: what is written is private unless somebody says that it is public. */
export const OWNER_ONLY = { file: 0o600, folder: 0o700 } as const;
/** For everybody to read, and for the owner alone to change: public keys, ban lists, reports. */
export const PUBLIC_FILE = 0o644;

const OTHERS = 0o077;

/**
 * Whether others than its owner can use a file or folder. A file system without permissions of its own, such as
 * that of a memory stick or a network share, grants more than it was asked for.
 */
export async function isExposed(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  return ((await stat(path)).mode & OTHERS) !== 0;
}
