import type { PermitUse, ReplayStore } from './replay-store.ts';

const SWEEP_MS = 10_000;

/**
 * Remembers used permits as long as this process lives. What was used before is unknown, so that no permit
 * passes which may be older than the process.
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
    // The time of issue is in whole seconds: one of the very second in which the process began is too old.
    if (iat * 1000 <= this.#started || this.#used.has(key)) return false;
    this.#used.set(key, exp);
    return true;
  }

  /** Forgets what has expired, from time to time. */
  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP_MS;
    for (const [key, until] of this.#used) if (until * 1000 <= now) this.#used.delete(key);
  }
}
