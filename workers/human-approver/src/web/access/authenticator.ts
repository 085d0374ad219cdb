import { deviceCookie, isDeviceCookie } from './device.ts';
import { type AttemptSource, FailedAttempts } from './failed-attempts.ts';
import { isSameSecret, randomSecret } from './secrets.ts';

/** Where an attempt to sign in comes from. */
export interface AttemptOrigin {
  /** The network address. */
  readonly address: string;
  /** The cookie of a browser that signed in before; null where there is none. */
  readonly device: string | null;
}

/** The outcome of an attempt to sign in. */
export type SignInOutcome =
  | { readonly kind: 'accepted'; readonly device: string | null }
  | { readonly kind: 'wrong' | 'used' }
  | { readonly kind: 'too-soon'; readonly wait_seconds: number };

/**
 * Signs stewards in: with the operator's password, or without one by a token that works once. Wrong passwords count
 * for the address that they come from, and an address that failed often waits, unless the browser worked for its
 * attempt: with that work, the right password never waits behind somebody else's failures. A browser that signed in
 * before is counted apart from its address. Nobody can guess a token, so nothing is counted there.
 */
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

  /** Whether the form asks the browser to work: for a password, unless the browser is known and has not failed. */
  asksForProof(origin: AttemptOrigin): boolean {
    if (this.token !== null) return false;
    const source = this.#sourceOf(origin);
    return !source.isKnown || this.#failures.waitOf(source) > 0;
  }

  /** @param hasProof whether the browser worked for this attempt */
  signIn(secret: string, origin: AttemptOrigin, hasProof: boolean): SignInOutcome {
    return this.token === null
      ? this.#signInByPassword(secret, this.#sourceOf(origin), hasProof)
      : this.#signInByToken(secret);
  }

  #signInByPassword(password: string, source: AttemptSource, hasProof: boolean): SignInOutcome {
    const wait_seconds = hasProof ? 0 : this.#failures.waitOf(source);
    if (wait_seconds > 0) return { kind: 'too-soon', wait_seconds };
    if (!isSameSecret(password, this.#secret)) {
      this.#failures.add(source);
      return { kind: 'wrong' };
    }
    this.#failures.clear(source);
    return { kind: 'accepted', device: deviceCookie(this.#secret) };
  }

  #signInByToken(token: string): SignInOutcome {
    if (!isSameSecret(token, this.#secret)) return { kind: 'wrong' };
    if (this.#isUsed) return { kind: 'used' };
    this.#isUsed = true;
    return { kind: 'accepted', device: null };
  }

  #sourceOf({ address, device }: AttemptOrigin): AttemptSource {
    const isKnown = device !== null && isDeviceCookie(device, this.#secret);
    return { name: isKnown ? `device ${device}` : `address ${networkOf(address)}`, isKnown };
  }
}

const IPV4_MAPPED = /^::ffff:(?=\d+\.)/i;

/** One household has a whole /64 of IPv6: it counts as one address. */
function networkOf(address: string): string {
  const plain = address.replace(IPV4_MAPPED, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
