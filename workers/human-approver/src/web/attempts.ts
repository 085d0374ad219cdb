const WINDOW_MS = 15 * 60_000;
/** Wrong ones of one address, and of all together. */
const MAX_OF_ONE = 5;
const MAX_OF_ALL = 50;

/** Counts wrong attempts to sign in, so that a password cannot be found by trying. */
export class Attempts {
  readonly #now: () => number;
  #failures: { readonly address: string; readonly at: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether an address has to wait. */
  isOver(address: string): boolean {
    const since = this.#now() - WINDOW_MS;
    this.#failures = this.#failures.filter(({ at }) => at > since);
    const own = this.#failures.filter((failure) => failure.address === address);
    return own.length >= MAX_OF_ONE || this.#failures.length >= MAX_OF_ALL;
  }

  /** Notes a wrong one. */
  fail(address: string): void {
    this.#failures.push({ address, at: this.#now() });
  }

  /** Forgets those of an address that then knew the password. */
  forgive(address: string): void {
    this.#failures = this.#failures.filter((failure) => failure.address !== address);
  }
}
