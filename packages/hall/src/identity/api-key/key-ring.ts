import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Commit, Store } from '../../storage/store/store.ts';
import { type Authentication, type AuthenticationFailure, failed } from '../authentication.ts';
import type { Principal } from '../principal.ts';
import { listRows } from '../stored-rows.ts';
import { type KeyDocument, keyRow, keyState, readKeyRow } from './api-key.ts';
import { hashSecret, readApiKey } from './api-key-text.ts';

interface HeldKey {
  readonly document: KeyDocument;
  readonly hash: Buffer;
  readonly authentication: Authentication;
}

/** Compared instead of the hash of a key that does not exist. */
const NO_SUCH_HASH = randomBytes(32);
const FAILURES: ReadonlyMap<string, AuthenticationFailure> = new Map([
  ['revoked', 'KEY_REVOKED'],
  ['expired', 'KEY_EXPIRED'],
]);

/** The API keys of a Hall, all of them in memory: every request needs them. */
export class KeyRing {
  readonly #keys = new Map<string, HeldKey>();
  readonly #commit: Commit;

  private constructor(commit: Commit) {
    this.#commit = commit;
  }

  /** @throws {WcpError} `ERR_WCP_STORE` where a row cannot be read */
  static async load(store: Store, commit: Commit): Promise<KeyRing> {
    const ring = new KeyRing(commit);
    await ring.follow(store);
    return ring;
  }

  /** Reads the keys again that other Halls have made, rotated or revoked. */
  async follow(store: Store): Promise<void> {
    for (const row of await listRows(store, 'api_keys')) this.#hold(row.id, readKeyRow(row));
  }

  /** The number of keys that ever existed. */
  get size(): number {
    return this.#keys.size;
  }

  get(id: string): KeyDocument | undefined {
    return this.#keys.get(id)?.document;
  }

  entries(): [string, KeyDocument][] {
    return [...this.#keys].map(([id, { document }]) => [id, document]);
  }

  /** Authenticates a key: one hash and one comparison, whether its id exists or not. */
  authenticate(text: string, now: Date): Authentication {
    const parts = readApiKey(text);
    if (parts === null) return failed('KEY_MALFORMED');
    const held = this.#keys.get(parts.id);
    const isItsSecret = timingSafeEqual(hashSecret(parts.secret), held?.hash ?? NO_SUCH_HASH);
    if (held === undefined) return failed('KEY_UNKNOWN');
    if (!isItsSecret) return failed('KEY_UNKNOWN', `key:${parts.id}`);
    const reason = FAILURES.get(keyState(held.document, now));
    return reason === undefined ? held.authentication : failed(reason, `key:${parts.id}`);
  }

  /** The principal with an id, while one of its keys is valid; else null. */
  principal(id: string, now: Date): Principal | null {
    for (const { document, authentication } of this.#keys.values()) {
      const isValid = document.principal_id === id && !FAILURES.has(keyState(document, now));
      if (isValid && authentication.ok) return authentication.principal;
    }
    return null;
  }

  /** Writes keys. Nothing changes in memory before it is durable. */
  async write(documents: ReadonlyMap<string, KeyDocument>): Promise<void> {
    await this.#commit(
      [...documents].map(([id, document]) => ({ put: 'api_keys', row: keyRow(id, document) })),
    );
    for (const [id, document] of documents) this.#hold(id, document);
  }

  #hold(id: string, document: KeyDocument): void {
    const { principal_id, tenant_id, authority } = document;
    const roles = Object.freeze([...document.roles]);
    const principal = Object.freeze({ id: principal_id, roles, tenant_id, authority });
    const hash = Buffer.from(document.secret_hash, 'hex');
    this.#keys.set(id, { document, hash, authentication: { ok: true, principal } });
  }
}
