import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '@wcp/spec';
import type { HallClock } from '../../base/hall-clock.ts';

/** What a passkey is asked to sign: the challenge is the hash of it. */
export interface Challenged {
  readonly purpose: 'approve' | 'register' | 'add';
  /** The principal that it was issued to, and who alone may use it. */
  readonly by: string;
  readonly [detail: string]: string | null;
}

/** What was issued: what is signed, and the challenge. */
export interface IssuedChallenge {
  readonly challenged: Challenged;
  /** In base64url. */
  readonly challenge: string;
}

const LIFETIME_MS = 120_000;
/** Challenges of one principal that are open at a time; the oldest is given up. */
const MAX_OPEN = 8;

/** The challenges that were issued and not used: each is good once, for two minutes, in this process alone. */
export class Challenges {
  readonly #clock: HallClock;
  readonly #open = new Map<string, readonly (IssuedChallenge & { readonly until: number })[]>();

  constructor(clock: HallClock) {
    this.#clock = clock;
  }

  /** A new challenge for a purpose. No two are the same, whatever they are for. */
  issue(purpose: Challenged): IssuedChallenge {
    const challenged = { ...purpose, nonce: randomBytes(32).toString('base64url') };
    const issued = { challenged, challenge: challengeOf(challenged), until: this.#clock.now() + LIFETIME_MS };
    this.#open.set(purpose.by, [...this.#valid(purpose.by), issued].slice(-MAX_OPEN));
    return issued;
  }

  /** Uses a challenge up; null where none was issued for just this, or its time is over. */
  take(challenge: string, purpose: Challenged): IssuedChallenge | null {
    const open = this.#valid(purpose.by);
    const found = open.find((each) => each.challenge === challenge) ?? null;
    const left = open.filter((each) => each !== found);
    if (left.length === 0) this.#open.delete(purpose.by);
    else this.#open.set(purpose.by, left);
    if (found === null) return null;
    const { nonce: _, ...issuedFor } = found.challenged;
    return canonicalJson(issuedFor) === canonicalJson(purpose) ? found : null;
  }

  #valid(by: string) {
    const now = this.#clock.now();
    return (this.#open.get(by) ?? []).filter(({ until }) => until > now);
  }
}

/** The challenge for what is signed: the SHA-256 of its canonical JSON, in base64url. */
function challengeOf(challenged: Challenged): string {
  return createHash('sha256').update(canonicalJson(challenged)).digest('base64url');
}
