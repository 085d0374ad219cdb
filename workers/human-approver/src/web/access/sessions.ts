import { randomSecret } from './secrets.ts';

/** How long a steward stays signed in, in seconds: a working day. */
export const SESSION_SECONDS = 8 * 3600;

/** The stewards who are signed in, by the value of their cookie. */
export class Sessions {
  readonly #now: () => number;
  readonly #ends = new Map<string, number>();

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Opens a session, and gives the value of its cookie. */
  open(): string {
    const now = this.#now();
    for (const [cookie, end] of this.#ends) if (end <= now) this.#ends.delete(cookie);
    const cookie = randomSecret();
    this.#ends.set(cookie, now + SESSION_SECONDS * 1000);
    return cookie;
  }

  isOpen(cookie: string): boolean {
    return (this.#ends.get(cookie) ?? 0) > this.#now();
  }

  close(cookie: string): void {
    this.#ends.delete(cookie);
  }
}
