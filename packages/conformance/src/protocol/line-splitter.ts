/** The maximum length of a line, in bytes. */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A line that was read, or why it can't be. */
export type LineRead =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'not_utf8' }
  | { readonly type: 'line_too_long' };

/**
 * Splits bytes into lines, however they are chunked: even the bytes of one character may arrive in two
 * chunks. A carriage return before the newline is dropped.
 */
export class LineSplitter {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #overflowed = false;
  readonly #maxLength: number;

  constructor(maxLength = MAX_LINE_LENGTH) {
    this.#maxLength = maxLength;
  }

  /** The lines that `chunk` completes. A line that grows too long is reported once, before its end. */
  push(chunk: Uint8Array): LineRead[] {
    const lines: LineRead[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      lines.push(...this.#keep(chunk.subarray(from, at)));
      lines.push(...this.#finish());
      from = at + 1;
    }
    lines.push(...this.#keep(chunk.subarray(from)));
    return lines;
  }

  /** The text after the last newline, with U+FFFD for what is not UTF-8. */
  rest(): string {
    return new TextDecoder().decode(Buffer.concat(this.#chunks));
  }

  #keep(piece: Uint8Array): LineRead[] {
    if (this.#overflowed || piece.length === 0) return [];
    this.#length += piece.length;
    if (this.#length > this.#maxLength) {
      this.#overflowed = true;
      this.#chunks = [];
      return [{ type: 'line_too_long' }];
    }
    this.#chunks.push(piece);
    return [];
  }

  #finish(): LineRead[] {
    const bytes = Buffer.concat(this.#chunks);
    const overflowed = this.#overflowed;
    this.#chunks = [];
    this.#length = 0;
    this.#overflowed = false;
    return overflowed ? [] : [decode(bytes)];
  }
}

function decode(bytes: Buffer): LineRead {
  const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { type: 'line', text: decoder.decode(bytes.subarray(0, end)) };
  } catch {
    return { type: 'not_utf8' };
  }
}
