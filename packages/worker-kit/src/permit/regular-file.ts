import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A pipe that took the file's place is never waited for. */
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/** How a file is opened. */
export const FILE_FLAGS = {
  read: constants.O_RDONLY | NO_WAIT,
  append: constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | NO_WAIT,
} as const;

/** Opens a regular file, passes it on, and closes it; throws for what is not one, and the errors of the system. */
export async function withRegularFile<T>(
  place: string,
  flags: number,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(place, flags, 0o600);
  try {
    if (!(await file.stat()).isFile()) throw new Error('This is not a file.');
    return await use(file);
  } finally {
    await file.close();
  }
}
