import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What a shell passes on as a file: the other end is open already. */
const PASSED_ON = /^\/(?:dev|proc\/self)\/(?:stdin|fd\/\d+)$/;

/** A pipe, a device or a socket by its name: reading it could wait for ever or never end. */
class NotAFileError extends Error {
  override readonly name = 'NotAFileError';
  readonly code = 'ENOTFILE';
}

/**
 * Opens a file for reading. A named pipe is refused, because it waits until somebody writes; what a shell passes on
 * (`<(command)`) is not.
 *
 * @throws {Error} `ENOTFILE`, and the errors of the system
 */
export async function openFile(file: string, highWaterMark?: number): Promise<ReadStream> {
  await checkFile(file);
  return createReadStream(file, highWaterMark === undefined ? {} : { highWaterMark });
}

/** @throws {Error} `ENOTFILE`, and the errors of the system */
export async function checkFile(file: string): Promise<void> {
  const found = await stat(file);
  const isReadable = found.isFile() || found.isDirectory() || PASSED_ON.test(file);
  if (!isReadable) throw new NotAFileError();
}
