import { setTimeout as wait } from 'node:timers/promises';

const LONGEST_MS = 30_000;
/** A server that lived for so long has recovered. */
const STEADY_MS = 60_000;

/** How long a server is left alone before it is started again: longer each time, until it stays. */
export class RestartPause {
  readonly #first: number;
  #next: number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(first_ms: number) {
    this.#first = first_ms;
    this.#next = first_ms;
  }

  async wait(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (now - this.#last > STEADY_MS) this.#next = this.#first;
    const pause = this.#next;
    this.#next = Math.min(2 * pause, LONGEST_MS);
    this.#last = now + pause;
    await wait(pause, undefined, { signal, ref: false }).catch(() => {});
  }
}
