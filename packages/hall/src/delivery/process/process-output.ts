const NEWLINE = 0x0a;

/** Cuts what a process writes into lines, and holds no more than the longest line may have. */
export class LineBuffer {
  readonly #longest: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether there is a beginning of a line. */
  get isHalf(): boolean {
    return this.#length > 0;
  }

  /** The lines that a chunk completes; `null` for one that is too long, after which nothing more is read. */
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

/** The last bytes of a text that may be endless. */
export class TextTail {
  readonly #longest: number;
  #bytes = Buffer.alloc(0);

  constructor(longest: number) {
    this.#longest = longest;
  }

  push(chunk: Uint8Array): void {
    const longest = this.#longest;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-longest)]).subarray(-longest);
  }

  /** As text; a character that was cut in two becomes a mark. */
  toString(): string {
    return new TextDecoder().decode(this.#bytes);
  }
}
