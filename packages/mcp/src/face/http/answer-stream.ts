import type { ServerResponse } from 'node:http';
import type { Members } from '../../base/members.ts';

/** How an answer is sent while it is not complete. */
export interface StreamLimits {
  /** Milliseconds between signs of life (default 15,000). */
  readonly keepalive_ms: number;
  /** Bytes that a client may leave unread before it counts as gone. */
  readonly unread_bytes: number;
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * The answer to one request: one JSON document where nothing comes before it, else a stream of events. It becomes a
 * stream with the first message that precedes the answer, and after a while without one.
 */
export class AnswerStream {
  /** Resolves once the answer was handed over to the system (true), or cannot be any more. */
  readonly answered: Promise<boolean>;
  readonly #response: ServerResponse;
  readonly #limits: StreamLimits;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timer: NodeJS.Timeout;
  #isOver = false;
  #hasAnswer = false;

  /**
   * @param onTick called with each sign of life: false ends the stream, because its reader may no longer have it
   * @param headers for either form
   */
  constructor(
    response: ServerResponse,
    limits: StreamLimits,
    onTick: () => Promise<boolean> = () => Promise.resolve(true),
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#response = response;
    this.#limits = limits;
    this.#headers = headers;
    this.#timer = setInterval(() => void this.#tick(onTick), limits.keepalive_ms);
    this.answered = new Promise((resolve) => {
      response.once('close', () => {
        this.#stop();
        resolve(this.#hasAnswer && response.writableFinished);
      });
      if (response.closed) resolve(false);
    });
  }

  /** Begins a stream before there is a message for it. */
  open(): void {
    if (this.#isOver || this.#response.headersSent) return;
    this.#response.writeHead(200, { ...STREAM_HEADERS, ...this.#headers });
    this.#response.flushHeaders();
  }

  /** Sends a message that precedes the answer. */
  send(message: Members): void {
    this.open();
    this.#write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** Sends the answer, or nothing where it was cancelled, and ends. */
  finish(answer: Members | null, status = 200): void {
    if (this.#isOver) return;
    this.#hasAnswer = answer !== null;
    if (answer !== null && !this.#response.headersSent) {
      const body = Buffer.from(JSON.stringify(answer), 'utf8');
      const headers = {
        'content-type': 'application/json',
        'content-length': body.length,
        'cache-control': 'no-store',
      };
      this.#stop();
      this.#response.writeHead(status, { ...headers, ...this.#headers }).end(body);
      return;
    }
    if (answer === null) this.open();
    else this.send(answer);
    this.#stop();
    this.#response.end();
  }

  #write(text: string): void {
    if (this.#isOver || this.#response.destroyed) return;
    // What is unread counts, not what is sent now: an answer may be as long as it is.
    if (this.#response.writableLength > this.#limits.unread_bytes) this.#response.destroy();
    else this.#response.write(text);
  }

  async #tick(onTick: () => Promise<boolean>): Promise<void> {
    this.open();
    this.#write(': still here\n\n');
    if (await onTick().catch(() => false)) return;
    if (this.#isOver) return;
    this.#stop();
    this.#response.end();
  }

  #stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }
}
