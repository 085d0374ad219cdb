import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { failed } from '../authentication.ts';
import { MAX_TOKEN_LENGTH } from '../bearer.ts';
import type { Credential } from './claims.ts';
import type { Issuers, Trusted } from './issuers.ts';
import { type CredentialReading, verifyCredential } from './verify-credential.ts';

/** A credential that was verified holds from then until it expires (milliseconds of the epoch). */
interface Verified {
  readonly credential: Credential;
  readonly from: number;
  readonly until: number;
}
type Cache = LRUCache<string, Verified>;

/** So many credentials are known at a time; each takes some hundred bytes. */
const MAX_KNOWN = 10_000;
const newCache = (): Cache => new LRUCache({ max: MAX_KNOWN });

/** Verifies credentials, each of them once as long as no issuer changes. */
export class CredentialVerifier {
  readonly #issuers: Issuers;
  readonly #audience: string;
  /** What the known ones were held against: with another map of issuers nothing is known. */
  #trusted: Trusted;
  #known: Cache = newCache();

  constructor(issuers: Issuers, audience: string) {
    this.#issuers = issuers;
    this.#audience = audience;
    this.#trusted = issuers.trusted;
  }

  /** Never throws. A credential that was refused is not remembered: an attacker has as many as they like. */
  async verify(text: string, now: Date): Promise<CredentialReading> {
    if (typeof text !== 'string' || text.length > MAX_TOKEN_LENGTH) return failed('TOKEN_MALFORMED');
    const trusted = this.#issuers.trusted;
    const cache = this.#cacheOf(trusted);
    const id = hash('sha256', text, 'base64url');
    const known = cache.get(id);
    if (known !== undefined && isCurrent(known, now)) return { ok: true, credential: known.credential };
    const reading = await verifyCredential(text, { trusted, audience: this.#audience }, now);
    // Whoever was removed meanwhile is not let in by what was true a moment ago.
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
