import { connect, type Socket } from 'node:net';

const HEADER_END = Buffer.from('\r\n\r\n');

/** What is sent, and how fast. */
export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly key: string | undefined;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second in all; as fast as they are answered where it is absent. */
  readonly rate?: number | undefined;
  /** The JSON of the next request, in ASCII. */
  readonly nextBody: () => string;
}

/** What a load measured: the latency of each request in milliseconds, and the rate. */
export interface LoadResult {
  readonly latencies: readonly number[];
  readonly perSecond: number;
}

/**
 * Sends requests over a number of connections, one at a time on each. Light on purpose: what it costs is
 * taken from the server that is measured.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const started = performance.now();
  const connections = Array.from({ length: options.connections }, (_, index) =>
    new Connection(options, index, latencies).run(),
  );
  await Promise.all(connections);
  return { latencies, perSecond: (latencies.length * 1000) / (performance.now() - started) };
}

/** One connection that sends a request, waits for the answer and sends the next. */
class Connection {
  readonly #socket: Socket;
  readonly #options: LoadOptions;
  readonly #latencies: number[];
  readonly #until: number;
  /** Milliseconds between two requests; 0 for as fast as possible. */
  readonly #gap: number;
  readonly #offset: number;
  #due: number;
  #sentAt = 0;
  /** Bytes of the answer that have not arrived yet. */
  #left = 0;
  #rest: Buffer | null = null;
  #end: { resolve: () => void; reject: (error: Error) => void } = { resolve() {}, reject() {} };

  constructor(options: LoadOptions, index: number, latencies: number[]) {
    this.#options = options;
    this.#latencies = latencies;
    this.#until = performance.now() + options.seconds * 1000;
    this.#gap = options.rate === undefined ? 0 : (1000 * options.connections) / options.rate;
    this.#offset = (this.#gap * index) / options.connections;
    this.#due = performance.now() + this.#offset;
    this.#socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
  }

  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
      this.#socket.on('connect', () => {
        if (this.#gap === 0) this.#send();
        else setTimeout(() => this.#send(), this.#offset);
      });
      this.#socket.on('error', reject);
      this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    });
  }

  #send(): void {
    if (performance.now() >= this.#until) return void this.#socket.end(this.#end.resolve);
    // What is late counts from when it was due: a server that stalls is not spared the requests meanwhile.
    this.#sentAt = this.#gap === 0 ? performance.now() : this.#due;
    this.#socket.write(requestText(this.#options), 'latin1');
  }

  #receive(chunk: Buffer): void {
    if (this.#left === 0) {
      if (!this.#readHead(chunk)) return;
    } else this.#left -= chunk.length;
    if (this.#left > 0) return;
    this.#latencies.push(performance.now() - this.#sentAt);
    this.#sendNext();
  }

  /** Whether the head of the answer is complete; what of the body is still to come is noted. */
  #readHead(chunk: Buffer): boolean {
    const answer = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = answer.indexOf(HEADER_END);
    this.#rest = end < 0 ? answer : null;
    if (end < 0) return false;
    if (answer[9] !== FIRST_DIGIT_OF_200) {
      this.#end.reject(new Error(answer.toString().slice(0, 600)));
      return false;
    }
    this.#left = lengthOf(answer, end) - (answer.length - end - HEADER_END.length);
    return true;
  }

  #sendNext(): void {
    this.#due += this.#gap;
    const wait = this.#due - performance.now();
    if (this.#gap === 0 || wait <= 0) this.#send();
    else setTimeout(() => this.#send(), wait);
  }
}

function requestText({ path, key, nextBody }: LoadOptions): string {
  const body = nextBody();
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
    `content-length: ${body.length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const FIRST_DIGIT_OF_200 = '2'.charCodeAt(0);
const LENGTH = Buffer.from('\r\ncontent-length: ');

function lengthOf(answer: Buffer, end: number): number {
  const from = answer.indexOf(LENGTH) + LENGTH.length;
  return Number(answer.toString('latin1', from, Math.min(answer.indexOf('\r', from), end)));
}
