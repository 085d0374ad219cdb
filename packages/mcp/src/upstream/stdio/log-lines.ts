const NEWLINE = 0x0a;
const MAX_LINE = 2_000;

/** Splits what a server writes to standard error into lines, each cut to a bearable length. */
export class LogLines {
  readonly #tell: (line: string) => void;
  #bytes = Buffer.alloc(0);
  #last = '';

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** The last line that was not empty; an attacker's text. */
  get last(): string {
    return this.#last || this.#text(this.#bytes);
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(part: Uint8Array): void {
    if (part.length > 0)
      this.#bytes = Buffer.concat([this.#bytes, part.subarray(0, MAX_LINE)]).subarray(0, MAX_LINE);
  }

  #endLine(): void {
    const line = this.#text(this.#bytes);
    this.#bytes = Buffer.alloc(0);
    if (line.trim() === '') return;
    this.#last = line;
    this.#tell(line);
  }

  #text(bytes: Uint8Array): string {
    return new TextDecoder().decode(bytes).trimEnd();
  }
}
