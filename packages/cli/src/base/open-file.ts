import { createReadStream, type ReadStream } from 'node:fs';
import { openRegularFile } from '@wcp/evidence/file';

/** What a shell passes on as a file: the other end is open already, and writes for the user. */
const PASSED_ON = /^\/(?:dev|proc\/self)\/(?:stdin|fd\/\d+)$/;
const CHUNK = 65_536;

/**
 * Opens a file for reading. A named pipe or a device is refused, because it could wait for ever or never end; what a
 * shell passes on (`<(command)`) is not.
 *
 * @throws {Error} `ENOTFILE`, `EISDIR`, and the errors of the system
 */
export async function openFile(file: string, highWaterMark = CHUNK): Promise<ReadStream> {
  if (PASSED_ON.test(file)) return createReadStream(file, { highWaterMark });
  return (await openRegularFile(file, { followsLinks: true })).createReadStream({ highWaterMark });
}

/** All that a stream gives; null as soon as it is more than the limit. */
export async function readBounded(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
