/** The longest line that is read, in bytes. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;

/** One line of the input, or why there is none. */
export type InputLine = { readonly text: string } | { readonly problem: 'not-utf8' | 'too-long' };

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines. A line over the limit is dropped while it comes in and told when
 * it ends, so that no sender decides how much memory is held; the next line is read as if nothing were.
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
    const line = length > MAX_LINE_LENGTH ? ({ problem: 'too-long' } as const) : decode(parts);
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

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(parts: readonly Uint8Array[]): InputLine {
  try {
    return { text: UTF8.decode(Buffer.concat(parts)) };
  } catch {
    return { problem: 'not-utf8' };
  }
}
