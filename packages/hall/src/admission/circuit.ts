/** When a worker that keeps failing is left alone. */
export interface CircuitLimits {
  /** Failures in a row after which it is left alone (default 5). */
  readonly failures?: number;
  /** Cool-down in milliseconds (default 10,000). */
  readonly cooldown_ms?: number;
}

/** What a call shows of its worker; `nothing` where it could not have been made to any. */
export type CallSign = 'works' | 'fails' | 'nothing';

/**
 * Counts the failures of a worker in a row. Too many open it: no call passes until the cool-down is over. Then one
 * call at a time finds out whether the worker has recovered. By a clock that nobody sets, so that no step of the
 * machine's time makes a cool-down longer.
 */
export class Circuit {
  readonly #failures: number;
  readonly #cooldown_ms: number;
  readonly #now: () => number;
  #inARow = 0;
  /** When the cool-down ends; null while the circuit is closed. */
  #until: number | null = null;
  #isTrying = false;

  constructor({ failures = 5, cooldown_ms = 10_000 }: CircuitLimits, now = () => performance.now()) {
    this.#failures = failures;
    this.#cooldown_ms = cooldown_ms;
    this.#now = now;
  }

  /** Whether a call that comes now may pass. */
  get lets(): boolean {
    return this.#until === null || (!this.#isTrying && this.restsFor === 0);
  }

  /** Milliseconds until the cool-down is over; 0 where there is none. */
  get restsFor(): number {
    return this.#until === null ? 0 : Math.max(0, this.#until - this.#now());
  }

  /** Lets a call pass, and gives the function that must be called with what it showed; null where none may pass. */
  enter(): ((sign: CallSign) => void) | null {
    if (!this.lets) return null;
    if (this.#until === null) return (sign) => this.#count(sign);
    this.#isTrying = true;
    return (sign) => this.#endTrial(sign);
  }

  /** What began before the circuit opened says nothing about the time after it. */
  #count(sign: CallSign): void {
    if (this.#until !== null || sign === 'nothing') return;
    this.#inARow = sign === 'works' ? 0 : this.#inARow + 1;
    if (this.#inARow >= this.#failures) this.#open();
  }

  #endTrial(sign: CallSign): void {
    this.#isTrying = false;
    if (sign === 'fails') this.#open();
    if (sign !== 'works') return;
    this.#until = null;
    this.#inARow = 0;
  }

  #open(): void {
    this.#until = this.#now() + this.#cooldown_ms;
  }
}
