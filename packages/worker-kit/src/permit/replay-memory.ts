import type { PermitUse, ReplayStore } from './replay-store.ts';

const SWEEP_MS = 10_000;

/**
 * Records used permits in memory. What was used before this process started is unknown, so a permit that may
 * be older than the process is refused.
 */
export class ReplayMemory implements ReplayStore {
  readonly #started: number;
  readonly #used = new Map<string, number>();
  #sweepAt = 0;

  /** @param started when the process began, in milliseconds since 1970 */
  constructor(started: number) {
    this.#started = started;
  }

  async use({ key, iat, exp, now }: PermitUse): Promise<boolean> {
    this.#sweep(now);
    // The time of issue is in whole seconds: a permit of the second in which the process started is too old.
    if (iat * 1000 <= this.#started || this.#used.has(key)) return false;
    this.#used.set(key, exp);
    return true;
  }

  /** Removes expired permits, now and then. */
  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP_MS;
    for (const [key, until] of this.#used) if (until * 1000 <= now) this.#used.delete(key);
  }
}
