/** Who failed: an address, or a browser that signed in before. */
export interface AttemptSource {
  readonly name: string;
  /** Whether it is a browser that signed in before. */
  readonly isKnown: boolean;
}

interface Failures {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly last: number;
}

/** After this long without a failure a source starts anew. */
const MEMORY_MS = 60 * 60_000;
/** Attempts without a delay, and the first attempts of an address while many addresses fail. */
const FREE = 5;
const FREE_UNDER_ATTACK = 1;
/** Failures of all addresses within {@link MEMORY_MS} that count as an attack. */
const ATTACK = 50;
/** The delay doubles from a second up to this. */
const MAX_DELAY_S = 900;
/** Sources that are remembered; of more, the oldest are forgotten. */
const MAX_SOURCES = 10_000;

/**
 * Counts failed attempts, so that a password cannot be found by trying: each source waits longer after each failure.
 * A source without a failure of its own never waits.
 */
export class FailedAttempts {
  readonly #now: () => number;
  /** The source that failed last stands last. */
  readonly #failures = new Map<string, Failures>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds until a source may try again; 0 where it may now. */
  waitOf({ name, isKnown }: AttemptSource): number {
    const failures = this.#of(name);
    if (failures === undefined) return 0;
    const free = !isKnown && this.#isAttacked() ? FREE_UNDER_ATTACK : FREE;
    if (failures.count < free) return 0;
    const delay = Math.min(MAX_DELAY_S, 2 ** (failures.count - free));
    return Math.max(0, Math.ceil((failures.last + delay * 1000 - this.#now()) / 1000));
  }

  add({ name }: AttemptSource): void {
    const count = (this.#of(name)?.count ?? 0) + 1;
    this.#failures.delete(name);
    this.#failures.set(name, { count, last: this.#now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_SOURCES && oldest !== undefined) this.#failures.delete(oldest);
  }

  clear({ name }: AttemptSource): void {
    this.#failures.delete(name);
  }

  #of(name: string): Failures | undefined {
    const failures = this.#failures.get(name);
    return failures !== undefined && failures.last > this.#now() - MEMORY_MS ? failures : undefined;
  }

  #isAttacked(): boolean {
    let total = 0;
    for (const [name, { count, last }] of this.#failures) {
      if (last <= this.#now() - MEMORY_MS) this.#failures.delete(name);
      else total += count;
      if (total >= ATTACK) return true;
    }
    return false;
  }
}
