import { openRegularFile } from '../file/regular-file.ts';

/** Whole lines of a file, in a buffer of their own. */
export interface LineChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The number of the first line, from 1. */
  readonly first_line: number;
  /** How many receipts stand before it: one on each line that is not blank. */
  readonly first: number;
  readonly count: number;
  /** Whether the last line lacks its newline. */
  readonly is_torn: boolean;
}

const CHUNK = 1_048_576;
/** Bytes of the longest line that is read. */
const MAX_LINE = 64 * CHUNK;
const NEWLINE = 0x0a;
/** JSON's white space and nothing else: what only looks empty is not skipped. */
const BLANK: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0d]);

/**
 * Reads a file of JSON lines in chunks that end where a line ends. No more of it is held than one chunk.
 *
 * @param chunk_bytes of the file that are read at a time (default 1 MiB)
 * @throws {Error} with `code`: `EFBIG` for a line that is too long, and as {@link openRegularFile}
 */
export async function* readLineChunks(path: string, chunk_bytes = CHUNK): AsyncGenerator<LineChunk> {
  const file = await openRegularFile(path, { followsLinks: true });
  try {
    let [line, first]: [number, number] = [1, 0];
    for await (const { bytes, is_torn } of wholeLines(file, chunk_bytes)) {
      const { lines, count } = countLines(bytes);
      yield { bytes, first_line: line, first, count, is_torn };
      line += lines;
      first += count;
    }
  } finally {
    await file.close();
  }
}

type Readable = Awaited<ReturnType<typeof openRegularFile>>;

async function* wholeLines(
  file: Readable,
  chunk: number,
): AsyncGenerator<{ readonly bytes: Buffer<ArrayBuffer>; readonly is_torn: boolean }> {
  let rest: Buffer<ArrayBuffer> = Buffer.alloc(0);
  for (;;) {
    // Of its own, because it is handed over to another thread.
    const buffer = Buffer.allocUnsafeSlow(rest.length + chunk);
    rest.copy(buffer);
    const { bytesRead } = await file.read(buffer, rest.length, chunk, null);
    const filled = buffer.subarray(0, rest.length + bytesRead);
    if (bytesRead === 0) {
      if (filled.length > 0) yield { bytes: filled, is_torn: true };
      return;
    }
    const end = filled.lastIndexOf(NEWLINE) + 1;
    rest = Buffer.from(filled.subarray(end));
    if (rest.length > MAX_LINE) throw tooLong();
    if (end > 0) yield { bytes: filled.subarray(0, end), is_torn: false };
  }
}

function countLines(bytes: Buffer): { readonly lines: number; readonly count: number } {
  let [lines, count]: [number, number] = [0, 0];
  for (const { start, end } of linesIn(bytes)) {
    lines += 1;
    if (!isBlank(bytes, start, end)) count += 1;
  }
  return { lines, count };
}

/** Where each line begins and ends, its newline apart. */
export function* linesIn(bytes: Buffer): Generator<{ readonly start: number; readonly end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    yield { start, end };
    start = end + 1;
  }
}

/** Whether a line holds nothing. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && BLANK.has(bytes[at])) at += 1;
  return at === end;
}

function tooLong(): Error {
  return Object.assign(new Error(`A line has more than ${MAX_LINE} bytes.`), { code: 'EFBIG' });
}
