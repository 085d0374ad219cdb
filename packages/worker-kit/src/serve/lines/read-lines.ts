import { decodeUtf8 } from '../../base/utf8.ts';

/** The maximum length of a line, in bytes. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;

/** One line of the input, or why it can't be read. */
export type InputLine =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'not-utf8' | 'too-long' };

const NEWLINE = 0x0a;

/**
 * Splits a stream of bytes into lines. A line over the limit is dropped as it arrives and reported when it
 * ends, so that no sender decides how much memory is used; the next line is read as usual.
 */
export async function* readInputLines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > MAX_LINE_LENGTH) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = () => {
    const line = length > MAX_LINE_LENGTH ? ({ kind: 'too-long' } as const) : decode(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

function decode(parts: readonly Uint8Array[]): InputLine {
  const text = decodeUtf8(Buffer.concat(parts));
  return text === null ? { kind: 'not-utf8' } : { kind: 'line', text };
}
