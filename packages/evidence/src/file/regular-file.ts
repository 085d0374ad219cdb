import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** How a file is opened. */
export interface RegularFileOptions {
  /** Whether the name may be a link (default false); what it points to must be a regular file as well. */
  readonly followsLinks?: boolean;
}

/** Waits neither for the other end of a pipe that took the file's place, nor for a terminal. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** What is read at a time of a file that is longer than it said. */
const CHUNK = 65_536;

/** Why a file is not read, with a code as the system's own errors have. */
class RegularFileError extends Error {
  override readonly name = 'RegularFileError';
  readonly code: 'ENOTFILE' | 'EISDIR' | 'EFBIG';

  constructor(code: RegularFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Opens a regular file for reading; to be closed by the caller. A pipe, a device or a socket is refused without
 * waiting for it: reading one could wait for ever, or never end.
 *
 * @throws {Error} with `code`: `ENOTFILE`, `EISDIR`, or one of the system's
 * @example
 * ```ts
 * import { openRegularFile } from '@wcp/evidence/file';
 *
 * const file = await openRegularFile('receipts.jsonl');
 * for await (const chunk of file.createReadStream()) console.log(chunk.length);
 * ```
 */
export async function openRegularFile(
  place: string | Buffer,
  options: RegularFileOptions = {},
): Promise<FileHandle> {
  return (await openMeasured(place, options)).file;
}

/**
 * Opens a regular file as {@link openRegularFile} does, passes it on with its size in bytes, and closes it.
 *
 * @throws {Error} as {@link openRegularFile}
 * @example
 * ```ts
 * import { withRegularFile } from '@wcp/evidence/file';
 *
 * const size = await withRegularFile('rules.json', async (_file, bytes) => bytes);
 * console.log(size);
 * ```
 */
export async function withRegularFile<T>(
  place: string | Buffer,
  use: (file: FileHandle, size: number) => Promise<T>,
  options: RegularFileOptions = {},
): Promise<T> {
  const { file, size } = await openMeasured(place, options);
  try {
    return await use(file, size);
  } finally {
    await file.close();
  }
}

/**
 * Reads a regular file of a bounded size, as a folder that somebody else can write to must be read. No more is held
 * than the limit, however the file grows meanwhile.
 *
 * @throws {Error} with `code`: `ENOTFILE`, `EISDIR`, `EFBIG` for more than `maxBytes`, or one of the system's
 * @example
 * ```ts
 * import { readRegularFile } from '@wcp/evidence/file';
 *
 * const bytes = await readRegularFile('rules.json', 1_048_576);
 * console.log(bytes.length);
 * ```
 */
export function readRegularFile(
  place: string,
  maxBytes: number,
  options: RegularFileOptions = {},
): Promise<Buffer> {
  return withRegularFile(
    place,
    async (file, size) => {
      const content = new BoundedContent(size, maxBytes);
      while (content.take((await file.read(content.room)).bytesRead));
      return content.bytes;
    },
    options,
  );
}

/**
 * {@link readRegularFile} in one step, for what must be read before anything else happens.
 *
 * @throws {Error} as {@link readRegularFile}
 * @example
 * ```ts
 * import { readRegularFileSync } from '@wcp/evidence/file';
 *
 * console.log(readRegularFileSync('high-water-mark.json', 4_096).length);
 * ```
 */
export function readRegularFileSync(
  place: string,
  maxBytes: number,
  options: RegularFileOptions = {},
): Buffer {
  const { file, size } = openRegularFileSync(place, options);
  try {
    const content = new BoundedContent(size, maxBytes);
    while (content.take(readSync(file, content.room)));
    return content.bytes;
  } finally {
    closeSync(file);
  }
}

/**
 * {@link openRegularFile} in one step: the descriptor, to be closed by the caller, and the size in bytes.
 *
 * @throws {Error} as {@link openRegularFile}
 */
export function openRegularFileSync(
  place: string | Buffer,
  options: RegularFileOptions = {},
): { readonly file: number; readonly size: number } {
  const file = openNow(place, flagsOf(options));
  try {
    const stat = fstatSync(file);
    checkRegular(stat);
    return { file, size: stat.size };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

async function openMeasured(place: string | Buffer, options: RegularFileOptions) {
  const file = await open(place, flagsOf(options)).catch(refuseSocket);
  try {
    const stat = await file.stat();
    checkRegular(stat);
    return { file, size: stat.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What has been read of a file so far. Its size is a hint only: the end of a file is where nothing more comes. */
class BoundedContent {
  readonly #chunks: Buffer[] = [];
  readonly #maxBytes: number;
  #length = 0;
  /** Where the next bytes go. */
  room: Buffer;

  constructor(size: number, maxBytes: number) {
    if (size > maxBytes) throw tooLarge(maxBytes);
    this.#maxBytes = maxBytes;
    this.room = Buffer.alloc(size + 1);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Counts bytes that were read into {@link room}; whether there may be more. */
  take(bytesRead: number): boolean {
    this.#chunks.push(this.room.subarray(0, bytesRead));
    this.#length += bytesRead;
    if (this.#length > this.#maxBytes) throw tooLarge(this.#maxBytes);
    this.room = bytesRead < this.room.length ? this.room.subarray(bytesRead) : Buffer.alloc(CHUNK);
    return bytesRead > 0;
  }
}

function flagsOf({ followsLinks = false }: RegularFileOptions): number {
  return followsLinks ? FLAGS : FLAGS | (constants.O_NOFOLLOW ?? 0);
}

function openNow(place: string | Buffer, flags: number): number {
  try {
    return openSync(place, flags);
  } catch (error) {
    return refuseSocket(error);
  }
}

/** A socket, or a device without a driver, cannot be opened at all. */
function refuseSocket(error: unknown): never {
  throw (error as NodeJS.ErrnoException).code === 'ENXIO' ? notAFile() : error;
}

function checkRegular(stat: Stats): void {
  if (stat.isDirectory()) throw new RegularFileError('EISDIR', 'This is a folder, not a file.');
  if (!stat.isFile()) throw notAFile();
}

function notAFile(): RegularFileError {
  return new RegularFileError('ENOTFILE', 'This is a pipe, a device or a socket, not a file.');
}

function tooLarge(maxBytes: number): RegularFileError {
  return new RegularFileError('EFBIG', `This is larger than ${maxBytes} bytes.`);
}
