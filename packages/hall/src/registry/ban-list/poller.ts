/** Something that is looked at again and again. */
export interface Poll {
  /** How long between two looks that went well, in seconds. */
  readonly seconds: number;
  /** Whether it went well. */
  look(signal: AbortSignal): Promise<boolean>;
}

const SECOND_MS = 1_000;
/** More doublings than this are as good as endless. */
const MAX_DOUBLINGS = 20;
/** By how much a wait is cut at the most, so that many Halls don't ask at the same moment. */
const SPREAD = 0.1;

/** Looks at once, and then from time to time, until it is closed. A look that fails is repeated soon. */
export class Poller {
  readonly #poll: Poll;
  readonly #random: () => number;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(poll: Poll, random: () => number = Math.random) {
    this.#poll = poll;
    this.#random = random;
    this.#running = this.#turn();
  }

  /** Ends a look that is under way, and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #turn(): Promise<void> {
    const wentWell = await this.#poll.look(this.#closing.signal).catch(() => false);
    this.#failures = wentWell ? 0 : this.#failures + 1;
    if (this.#closing.signal.aborted) return;
    const wait = waitAfter(this.#failures, this.#poll.seconds) * (1 - SPREAD * this.#random());
    this.#timer = setTimeout(() => {
      this.#running = this.#turn();
    }, wait * SECOND_MS).unref();
  }
}

/** After so many failures in a row: one second, two, four, and never longer than after a success. */
export function waitAfter(failures: number, seconds: number): number {
  if (failures === 0) return seconds;
  return Math.min(seconds, 2 ** Math.min(failures - 1, MAX_DOUBLINGS));
}
