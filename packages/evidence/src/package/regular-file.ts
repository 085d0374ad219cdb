import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Neither through a link nor waiting for the other end of a pipe that took the file's place. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a regular file, no link and nothing special, hands it over with its size in bytes, and closes it. */
export async function withRegularFile<T>(
  place: string | Buffer,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(place, FLAGS);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('This is no regular file.');
    return await use(file, stat.size);
  } finally {
    await file.close();
  }
}
