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
