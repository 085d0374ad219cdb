import { openFile } from '../base/open-file.ts';

/** One line of a file. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Null if the bytes are not UTF-8. */
  readonly text: string | null;
  /** It ends in a newline; only the last line may lack one. */
  readonly isWhole: boolean;
}

const NEWLINE = 0x0a;
const CHUNK = 1 << 20;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The lines of a file that are not empty, read as they are consumed, so that a file need not fit into
 * memory. Throws the errors of the system.
 */
export async function* streamLines(file: string): AsyncGenerator<FileLine> {
  let number = 1;
  let rest: Buffer[] = [];
  for await (const chunk of (await openFile(file, CHUNK)) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const bytes = Buffer.concat([...rest, chunk.subarray(start, end)]);
      if (bytes.length > 0) yield { number, text: decode(bytes), isWhole: true };
      number += 1;
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield { number, text: decode(Buffer.concat(rest)), isWhole: false };
}

function decode(bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
