/** A line of a stream, or what kept it from being one. */
export type Line =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'too_long' | 'not_utf8' };

const NEWLINE = 0x0a;

/** Divides a stream of bytes into lines of bounded length: one that is too long is skipped, and the next one is read. */
export class LineReader {
  readonly #most: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #isSkipping = false;

  /** @param most the longest line, in bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that end in this part of the stream. */
  *read(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  #add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.#most) {
      this.#isSkipping = true;
      this.#parts = [];
    } else if (!this.#isSkipping && part.length > 0) {
      this.#parts.push(part);
    }
  }

  #take(): Line {
    const line = this.#isSkipping ? TOO_LONG : decoded(Buffer.concat(this.#parts));
    this.#parts = [];
    this.#length = 0;
    this.#isSkipping = false;
    return line;
  }
}

const TOO_LONG: Line = { ok: false, reason: 'too_long' };

function decoded(bytes: Uint8Array): Line {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { ok: false, reason: 'not_utf8' };
  }
}
