import { keyIdOf } from '@wcp/evidence';
import { isSignedBy } from '@wcp/evidence/key';
import { canonicalJson, checkId, type RegistryRecord, WcpError } from '@wcp/spec';
import { ProblemError } from '../base/problem.ts';
import type { Change, Commit, StatefulRow, Store } from '../storage/store/store.ts';
import type { EnrolmentSignature } from './enrolled-worker.ts';

/** A public key of an authority. */
export interface AuthorityKey {
  readonly authority: string;
  readonly signing_key_id: string;
  /** The raw public key, 64 hexadecimal digits. */
  readonly public_key: string;
  readonly added_at: string;
  readonly revoked_at: string | null;
}

/** The keys of the authorities. Once an authority has one, its enrolments must be signed. */
export class AuthorityKeys {
  readonly #keys = new Map<string, AuthorityKey>();

  static async open(store: Store): Promise<AuthorityKeys> {
    const keys = new AuthorityKeys();
    await keys.follow(store);
    return keys;
  }

  /** Reads the keys again that other Halls have registered or revoked. */
  async follow(store: Store): Promise<void> {
    for (const row of await store.list('authorities', { limit: 100_000 })) this.#remember(readRow(row));
  }

  list(): readonly AuthorityKey[] {
    return [...this.#keys.values()];
  }

  /** The keys of an authority that are in force. */
  of(authority: string): readonly AuthorityKey[] {
    return this.list().filter((key) => key.authority === authority && key.revoked_at === null);
  }

  /** The public keys in force of all authorities: a key that two of them registered speaks for neither. */
  inForce(): Readonly<Record<string, readonly string[]>> {
    const keys: Record<string, string[]> = {};
    for (const { authority, public_key, revoked_at } of this.list()) {
      if (revoked_at === null) keys[authority] = [...(keys[authority] ?? []), public_key];
    }
    return keys;
  }

  /** Whether an authority ever registered a key: revoking it does not make unsigned enrolments valid again. */
  mustSign(authority: string): boolean {
    return this.list().some((key) => key.authority === authority);
  }

  /**
   * Registers a key; registering it again changes nothing.
   *
   * @throws {ProblemError} `INVALID_BODY`; `CONFLICT` for a key that was revoked
   */
  async add(authority: string, publicKey: string, at: string, commit: Commit): Promise<AuthorityKey> {
    const key: AuthorityKey = {
      authority: checkAuthority(authority),
      signing_key_id: keyIdFor(publicKey),
      public_key: publicKey.toLowerCase(),
      added_at: at,
      revoked_at: null,
    };
    const known = this.#keys.get(nameOf(key.authority, key.signing_key_id));
    if (known !== undefined && known.revoked_at === null) return known;
    if (known !== undefined) throw new ProblemError('CONFLICT', 'This key was revoked. Register a new one.');
    await commit([changeOf(key)]);
    this.#remember(key);
    return key;
  }

  /** @throws {ProblemError} `NOT_FOUND` */
  async revoke(authority: string, keyId: string, at: string, commit: Commit): Promise<AuthorityKey> {
    const key = this.#keys.get(nameOf(authority, keyId));
    if (key === undefined || key.revoked_at !== null)
      throw new ProblemError('NOT_FOUND', 'There is no such key, or it was revoked.');
    const revoked = { ...key, revoked_at: at };
    await commit([changeOf(revoked)]);
    this.#remember(revoked);
    return revoked;
  }

  #remember(key: AuthorityKey): void {
    this.#keys.set(nameOf(key.authority, key.signing_key_id), key);
  }
}

/**
 * What an authority signs when it enrols a worker: which record, at which Hall, when. The time orders enrolments,
 * so that an earlier record cannot be brought back with its old signature.
 */
export function enrolmentStatement(record: RegistryRecord, audience: string, signedAt: string): string {
  const { worker_id, artifact_hash } = record;
  return canonicalJson({ artifact_hash, audience, signed_at: signedAt, worker_id });
}

/** Whether one of the keys made the signature of an enrolment. */
export function isSignedEnrolment(
  keys: readonly AuthorityKey[],
  statement: string,
  { signing_key_id, signature }: EnrolmentSignature,
): boolean {
  const key = keys.find((candidate) => candidate.signing_key_id === signing_key_id);
  return key !== undefined && isSignedBy(key.public_key, statement, signature);
}

function checkAuthority(authority: string): string {
  if (checkId(authority, 'authority').valid) return authority;
  const message = 'An authority is org.<name> or x.<name>.';
  throw new ProblemError('INVALID_BODY', message, [{ path: '/authority', code: 'INVALID_VALUE', message }]);
}

function keyIdFor(publicKey: string): string {
  try {
    return keyIdOf(publicKey);
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    throw new ProblemError('INVALID_BODY', error.message, [
      { path: '/public_key', code: 'INVALID_VALUE', message: error.message },
    ]);
  }
}

function nameOf(authority: string, keyId: string): string {
  return `${authority} ${keyId}`;
}

function changeOf(key: AuthorityKey): Change {
  const state = key.revoked_at === null ? 'active' : 'revoked';
  const id = nameOf(key.authority, key.signing_key_id);
  return { put: 'authorities', row: { id, state, at: key.added_at, document: JSON.stringify(key) } };
}

function readRow({ document }: StatefulRow): AuthorityKey {
  return JSON.parse(document) as AuthorityKey;
}
