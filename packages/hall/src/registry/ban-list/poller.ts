import { waitAfter } from '../../base/wait-after.ts';

/** Something that is polled. */
export interface Polled {
  /** Seconds between two polls that succeed. */
  readonly seconds: number;
  /** Resolves with whether it succeeded. */
  poll(signal: AbortSignal): Promise<boolean>;
}

const SECOND_MS = 1_000;
/** The part of a wait that is cut at random, so that many Halls do not poll at the same moment. */
const JITTER = 0.1;

/** Polls at once, and then at intervals, until it is closed. A failed poll is repeated soon. */
export class Poller {
  readonly #polled: Polled;
  readonly #random: () => number;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(polled: Polled, random: () => number = Math.random) {
    this.#polled = polled;
    this.#random = random;
    this.#running = this.#next();
  }

  /** Aborts a running poll, and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #next(): Promise<void> {
    const isSuccess = await this.#polled.poll(this.#closing.signal).catch(() => false);
    this.#failures = isSuccess ? 0 : this.#failures + 1;
    if (this.#closing.signal.aborted) return;
    const wait = waitAfter(this.#failures, this.#polled.seconds) * (1 - JITTER * this.#random());
    this.#timer = setTimeout(() => {
      this.#running = this.#next();
    }, wait * SECOND_MS).unref();
  }
}
