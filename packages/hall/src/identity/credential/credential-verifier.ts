import { hash } from 'node:crypto';
import type { LRUCache } from 'lru-cache';
import { boundedCache } from '../../base/bounded-cache.ts';
import { failed } from '../authentication.ts';
import { MAX_TOKEN_LENGTH } from '../bearer.ts';
import type { Credential } from './claims.ts';
import type { Issuers, Trusted } from './issuers.ts';
import { type CredentialReading, verifyCredential } from './verify-credential.ts';

/** A verified credential is valid from its verification until it expires (milliseconds since 1970). */
interface Verified {
  readonly credential: Credential;
  readonly from: number;
  readonly until: number;
}
type Cache = LRUCache<string, Verified>;

/** Credentials that are cached; each takes some hundred bytes. */
const CACHE_SIZE = 10_000;
const newCache = (): Cache => boundedCache(CACHE_SIZE);

/** Verifies credentials, each only once as long as no issuer changes. */
export class CredentialVerifier {
  readonly #issuers: Issuers;
  readonly #audience: string;
  /** The issuers that the cached ones were verified with: with another map the cache is empty. */
  #trusted: Trusted;
  #known: Cache = newCache();

  constructor(issuers: Issuers, audience: string) {
    this.#issuers = issuers;
    this.#audience = audience;
    this.#trusted = issuers.trusted;
  }

  /** Never throws. An invalid credential is not cached: an attacker can make any number of them. */
  async verify(text: string, now: Date): Promise<CredentialReading> {
    if (typeof text !== 'string' || text.length > MAX_TOKEN_LENGTH) return failed('TOKEN_MALFORMED');
    const trusted = this.#issuers.trusted;
    const cache = this.#cacheOf(trusted);
    const id = hash('sha256', text, 'base64url');
    const known = cache.get(id);
    if (known !== undefined && isCurrent(known, now)) return { ok: true, credential: known.credential };
    const reading = await verifyCredential(text, { trusted, audience: this.#audience }, now);
    // An issuer that was removed meanwhile must not be trusted.
    if (this.#issuers.trusted !== trusted) return this.verify(text, now);
    if (reading.ok) cache.set(id, verifiedAt(reading.credential, now));
    return reading;
  }

  #cacheOf(trusted: Trusted): Cache {
    if (this.#trusted !== trusted) this.#known = newCache();
    this.#trusted = trusted;
    return this.#known;
  }
}

function verifiedAt(credential: Credential, now: Date): Verified {
  return { credential, from: now.getTime(), until: credential.expires * 1000 };
}

function isCurrent({ from, until }: Verified, now: Date): boolean {
  return from <= now.getTime() && now.getTime() < until;
}
