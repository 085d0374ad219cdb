import { deviceCookie, isDeviceCookie } from './device.ts';
import { FailedAttempts } from './failed-attempts.ts';
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
 * Signs stewards in: with the operator's password, or without one by a token that works once. Failures count for
 * the address that they come from. A browser that signed in before is counted apart from its address: nobody else's
 * failures keep it out.
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

  signIn(secret: string, { address, device }: AttemptOrigin): SignInOutcome {
    const isKnown = device !== null && isDeviceCookie(device, this.#secret);
    const source = { name: isKnown ? `device ${device}` : `address ${networkOf(address)}`, isKnown };
    const wait_seconds = this.#failures.waitOf(source);
    if (wait_seconds > 0) return { kind: 'too-soon', wait_seconds };
    if (!isSameSecret(secret, this.#secret)) {
      this.#failures.add(source);
      return { kind: 'wrong' };
    }
    this.#failures.clear(source);
    if (this.#isUsed) return { kind: 'used' };
    this.#isUsed = this.token !== null;
    return { kind: 'accepted', device: this.#isUsed ? null : deviceCookie(this.#secret) };
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
