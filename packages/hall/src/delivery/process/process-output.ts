const NEWLINE = 0x0a;

/** Splits what a process writes into lines, and buffers no more than the longest line allowed. */
export class LineBuffer {
  readonly #longest: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether an unfinished line is buffered. */
  get isHalf(): boolean {
    return this.#length > 0;
  }

  /** The lines that a chunk completes; `null` for one that is too long, after which nothing is read. */
  push(chunk: Uint8Array): (Uint8Array | null)[] {
    const lines: (Uint8Array | null)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (!this.#keep(chunk.subarray(start, end))) return [...lines, null];
      lines.push(Buffer.concat(this.#parts));
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
    }
    return this.#keep(chunk.subarray(start)) ? lines : [...lines, null];
  }

  #keep(part: Uint8Array): boolean {
    this.#length += part.length;
    if (this.#length > this.#longest) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
    return this.#length <= this.#longest;
  }
}

/** The last bytes of a text of any length. */
export class TextTail {
  readonly #longest: number;
  #bytes = Buffer.alloc(0);
  #total = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** How many bytes the whole text has. */
  get total(): number {
    return this.#total;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const longest = this.#longest;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-longest)]).subarray(-longest);
  }

  /** As text; a character that was cut in two becomes a replacement character. */
  toString(): string {
    return new TextDecoder().decode(this.#bytes);
  }
}
