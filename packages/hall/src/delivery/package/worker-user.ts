import { lchown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@wcp/spec/json';

/** Whose rights a worker has on this machine. */
export interface WorkerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The range in which systemd makes up users: no account of a distribution is in it. */
const FIRST = 61_184;
const COUNT = 4_336;

/**
 * The user that a worker runs as where the Hall is root: one of its own, always the same, without an account. Null
 * where the Hall is not root, and can start nobody else.
 */
export function workerUser(workerId: string): WorkerUser | null {
  if (process.getuid?.() !== 0) return null;
  const uid = FIRST + (Number.parseInt(sha256(workerId).slice(-8), 16) % COUNT);
  return { uid, gid: uid };
}

/** Gives a folder and what is in it to the user of a worker, who could otherwise not write there. Links stay as they are. */
export async function handOver(folder: string, { uid, gid }: WorkerUser): Promise<void> {
  const { uid: owner } = await stat(folder);
  if (owner === uid) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || entry.isFile()) await lchown(join(entry.parentPath, entry.name), uid, gid);
  }
  // Last, so that one that was interrupted is done again.
  await lchown(folder, uid, gid);
}
