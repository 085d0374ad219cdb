const [LF, CR] = [0x0a, 0x0d];

/** One event of a stream. */
export interface ServerEvent {
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * Reads a stream of server-sent events as bytes, and keeps no more than the longest event allowed. A longer one goes
 * by, and its data are handed over part by part.
 */
export class EventReader {
  /** The id of the last event that had one, with which a stream can be continued. */
  lastId: string | null = null;
  /** Milliseconds that the server wants to be left alone before that; null where it said nothing. */
  retry_ms: number | null = null;
  readonly #longest: number;
  readonly #onEvent: (event: ServerEvent) => void;
  readonly #onTooLarge: (part: Uint8Array | null) => void;
  #line: Uint8Array[] = [];
  #lineLength = 0;
  #data: Uint8Array[] = [];
  #dataLength = 0;
  #name = '';
  #isTooLarge = false;
  #afterCr = false;

  /** @param onTooLarge gets the parts of an event that is too long, and null at its end */
  constructor(
    longest: number,
    onEvent: (event: ServerEvent) => void,
    onTooLarge: (part: Uint8Array | null) => void,
  ) {
    this.#longest = longest;
    this.#onEvent = onEvent;
    this.#onTooLarge = onTooLarge;
  }

  push(chunk: Uint8Array): void {
    let start = this.#afterCr && chunk[0] === LF ? 1 : 0;
    if (chunk.length > 0) this.#afterCr = false;
    for (let end = lineEnd(chunk, start); end >= 0; end = lineEnd(chunk, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#endLine();
      const isCr = chunk[end] === CR;
      if (isCr && end + 1 === chunk.length) this.#afterCr = true;
      start = end + (isCr && chunk[end + 1] === LF ? 2 : 1);
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    const isOver = this.#lineLength + this.#dataLength + part.length > this.#longest;
    if (isOver && !this.#isTooLarge) {
      this.#isTooLarge = true;
      for (const kept of [...this.#data, ...withoutField(this.#line)]) this.#onTooLarge(kept);
      [this.#data, this.#line] = [[], []];
    }
    if (this.#isTooLarge) this.#onTooLarge(part);
    else this.#line.push(part);
    this.#lineLength += part.length;
  }

  #endLine(): void {
    const isEmpty = this.#lineLength === 0;
    const line = Buffer.concat(this.#line);
    [this.#line, this.#lineLength] = [[], 0];
    if (isEmpty) this.#endEvent();
    else if (!this.#isTooLarge) this.#takeField(line);
  }

  #takeField(line: Buffer): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = line.subarray(0, colon < 0 ? line.length : colon).toString('latin1');
    const value =
      colon < 0 ? line.subarray(line.length) : line.subarray(colon + (line[colon + 1] === 0x20 ? 2 : 1));
    if (field === 'data') {
      if (this.#data.length > 0) this.#data.push(Uint8Array.of(LF));
      this.#data.push(value);
      this.#dataLength += value.length + 1;
    } else if (field === 'event') this.#name = value.subarray(0, 100).toString('latin1');
    else if (field === 'id') this.lastId = readId(value) ?? this.lastId;
    else if (field === 'retry') this.retry_ms = readDelay(value) ?? this.retry_ms;
  }

  #endEvent(): void {
    const [data, name, isTooLarge] = [this.#data, this.#name, this.#isTooLarge];
    [this.#data, this.#dataLength, this.#name, this.#isTooLarge] = [[], 0, '', false];
    if (isTooLarge) this.#onTooLarge(null);
    else if (data.length > 0) this.#onEvent({ name, data: Buffer.concat(data) });
  }
}

const MAX_ID = 1_024;

/** An id goes back in a header. */
function readId(value: Buffer): string | null {
  const text = value.toString('latin1');
  return value.length <= MAX_ID && /^[\x20-\x7e]*$/.test(text) ? text : null;
}

function readDelay(value: Buffer): number | null {
  const text = value.toString('latin1');
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** The data of a line that is not complete. */
function withoutField(parts: readonly Uint8Array[]): Uint8Array[] {
  const line = Buffer.concat(parts);
  return line.subarray(0, 5).toString('latin1') === 'data:' ? [line.subarray(5)] : [line];
}

function lineEnd(chunk: Uint8Array, start: number): number {
  const [lf, cr] = [chunk.indexOf(LF, start), chunk.indexOf(CR, start)];
  if (lf < 0 || cr < 0) return Math.max(lf, cr);
  return Math.min(lf, cr);
}
