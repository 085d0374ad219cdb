import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LAYOUT } from './layout.ts';

/** What holds secrets and evidence. Where the folder is closed, nobody else reaches what else is in it. */
const PRIVATE = [
  '.',
  dirname(LAYOUT.key),
  LAYOUT.key,
  LAYOUT.nextKey,
  LAYOUT.storeKey,
  LAYOUT.exampleKey,
  LAYOUT.mark,
  LAYOUT.dataKeys,
  LAYOUT.store,
  `${LAYOUT.store}-wal`,
  `${LAYOUT.store}-shm`,
];
const OTHERS = 0o077;

/** The parts of a Hall's folder that others than their owner can read or change; `.` is the folder itself. */
export async function exposedFiles(dir: string): Promise<readonly string[]> {
  const found = await Promise.all(PRIVATE.map((path) => isExposed(join(dir, path))));
  return PRIVATE.filter((_, index) => found[index]);
}

/** Whether others than its owner can read or change a file; one that is not there is not exposed. */
export function isExposed(path: string): Promise<boolean> {
  return stat(path).then(
    ({ mode }) => process.platform !== 'win32' && (mode & OTHERS) !== 0,
    () => false,
  );
}
