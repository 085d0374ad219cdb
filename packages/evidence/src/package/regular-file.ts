import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Follow no link, and don't wait for the other end of a pipe that took the file's place. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file (no link, no special file), passes it on with its size in bytes, and closes it. */
export async function withRegularFile<T>(
  place: string | Buffer,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(place, FLAGS);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('This is not a regular file.');
    return await use(file, stat.size);
  } finally {
    await file.close();
  }
}
