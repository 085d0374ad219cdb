const MAX_TAIL_LENGTH = 8 * 1024;
const ERROR = /error|exception|panic/i;

/** The last 8 KiB of a text that may be endless. */
export class TextTail {
  #bytes = Buffer.alloc(0);

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk.slice(-MAX_TAIL_LENGTH)]).subarray(-MAX_TAIL_LENGTH);
  }

  /** The tail; a character that was cut in two becomes U+FFFD. */
  text(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  /** The last line that mentions an error, else the last that is not blank. */
  lastError(): string {
    const lines = this.text().split('\n');
    const last = lines.findLast((line) => ERROR.test(line)) ?? lines.findLast((line) => line.trim() !== '');
    return last?.trim() ?? '';
  }
}
