import { Attempts } from './attempts.ts';
import { isSameSecret, randomSecret } from './secret.ts';

/** What became of an attempt to sign in. */
export type Attempt = 'in' | 'wrong' | 'used' | 'too-many';

/** Lets stewards in: with the operator's password, or without one by a token that is good once. */
export class Door {
  /** The token of the one-time link; null where there is a password. */
  readonly token: string | null;
  readonly #secret: string;
  readonly #attempts: Attempts;
  #isUsed = false;

  constructor(password: string | null, now: () => number) {
    this.token = password === null ? randomSecret() : null;
    this.#secret = password ?? (this.token as string);
    this.#attempts = new Attempts(now);
  }

  /** @param address of whoever tries */
  try(secret: string, address: string): Attempt {
    if (this.#attempts.isOver(address)) return 'too-many';
    if (!isSameSecret(secret, this.#secret)) {
      this.#attempts.fail(address);
      return 'wrong';
    }
    this.#attempts.forgive(address);
    if (this.#isUsed) return 'used';
    this.#isUsed = this.token !== null;
    return 'in';
  }
}
