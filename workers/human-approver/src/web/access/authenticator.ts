import { isSameSecret, randomSecret } from './secrets.ts';

/** The outcome of an attempt to sign in. */
export type SignInOutcome = 'accepted' | 'wrong' | 'used' | 'too-many';

/** Signs stewards in: with the operator's password, or without one by a token that works once. */
export class Authenticator {
  /** The token of the one-time link; null when there is a password. */
  readonly token: string | null;
  readonly #secret: string;
  readonly #failures: FailedAttempts;
  #isUsed = false;

  /** @param now milliseconds since 1970 */
  constructor(password: string | null, now: () => number) {
    const token = randomSecret();
    this.token = password === null ? token : null;
    this.#secret = password ?? token;
    this.#failures = new FailedAttempts(now);
  }

  /** @param address where the attempt comes from */
  signIn(secret: string, address: string): SignInOutcome {
    if (this.#failures.areTooMany(address)) return 'too-many';
    if (!isSameSecret(secret, this.#secret)) {
      this.#failures.add(address);
      return 'wrong';
    }
    this.#failures.clear(address);
    if (this.#isUsed) return 'used';
    this.#isUsed = this.token !== null;
    return 'accepted';
  }
}

const WINDOW_MS = 15 * 60_000;
/** Failed attempts of one address, and of all together. */
const MAX_PER_ADDRESS = 5;
const MAX_IN_TOTAL = 50;

/** Counts failed attempts, so that a password cannot be found by trying. */
class FailedAttempts {
  readonly #now: () => number;
  #failures: { readonly address: string; readonly at: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  areTooMany(address: string): boolean {
    const since = this.#now() - WINDOW_MS;
    this.#failures = this.#failures.filter(({ at }) => at > since);
    const own = this.#failures.filter((failure) => failure.address === address);
    return own.length >= MAX_PER_ADDRESS || this.#failures.length >= MAX_IN_TOTAL;
  }

  add(address: string): void {
    this.#failures.push({ address, at: this.#now() });
  }

  clear(address: string): void {
    this.#failures = this.#failures.filter((failure) => failure.address !== address);
  }
}
