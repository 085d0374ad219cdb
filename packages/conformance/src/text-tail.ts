const LONGEST_TAIL = 8 * 1024;

/** The end of a text that may be endless. */
export class TextTail {
  #bytes = Buffer.alloc(0);

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk.slice(-LONGEST_TAIL)]).subarray(-LONGEST_TAIL);
  }

  /** The tail; a character that was cut in two becomes a mark. */
  text(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  /** The last line that is not blank. */
  lastLine(): string {
    return (
      this.text()
        .split('\n')
        .findLast((line) => line.trim() !== '')
        ?.trim() ?? ''
    );
  }
}
