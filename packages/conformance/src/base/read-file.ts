import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** No document of a port or of the fixtures is longer, in bytes. */
const MAX_LENGTH = 64 * 1_048_576;

/**
 * The bytes of a regular file. A pipe or a device is refused without waiting for it, because reading one could wait for
 * ever. (`@wcp/evidence` reads files in the same way; a referee stands on the protocol's data alone.)
 *
 * @throws {Error} also for what is not a file, or too long
 */
export async function readRegularFile(place: string): Promise<Buffer> {
  const file = await open(place, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_LENGTH) throw new Error('This is not a file, or too long.');
    return await file.readFile();
  } finally {
    await file.close();
  }
}
