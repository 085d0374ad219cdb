import type { Commit, Store } from '../storage/store/store.ts';
import { ApiKeys, type KeyManagement } from './api-key/api-keys.ts';
import { KeyRing } from './api-key/key-ring.ts';
import { type Authentication, type FailedAuthentication, failed } from './authentication.ts';
import { readBearer } from './bearer.ts';
import { CredentialVerifier } from './credential/credential-verifier.ts';
import { type IssuerManagement, Issuers } from './credential/issuers.ts';
import { type KeptCredential, KeptCredentials } from './credential/kept-credentials.ts';
import {
  type CredentialFact,
  credentialFact,
  type TenantCredential,
} from './credential/tenant-credential.ts';
import { recallCredential } from './credential/verify-credential.ts';
import { hasRole, type Principal } from './principal.ts';

/** Authentication, API keys and credential issuers. The rest of a Hall knows nothing else of keys and issuers. */
export interface Identity {
  /** Whether no key and no issuer was ever configured. Revoked ones count: a Hall never becomes open again. */
  readonly isOpen: boolean;
  readonly keys: KeyManagement;
  readonly issuers: IssuerManagement;
  /** The principal of an `Authorization` header; null where it does not hold. The header is an attacker's; never rejects. */
  authenticate(authorization: string | undefined, now: Date): Promise<Principal | null>;
  /**
   * The steward with a principal's id as of now, for whom another service vouches, such as a chat; null where no key of
   * it is valid and its issuer is not trusted, or may not make stewards.
   */
  stewardWith(id: string): Principal | null;
  /**
   * The fact about a request's `tenant_credential` (section 4.4); never rejects.
   *
   * @param now the time of the decision (default: the Hall's clock)
   */
  verifyTenantCredential(text: string, tenant_id: string, now?: Date): Promise<CredentialFact>;
  /** The same for a request in which the credential is replaced by its hash: one that was kept is judged by its claims. */
  judgeTenantCredential(credential: TenantCredential, now: Date): Promise<CredentialFact>;
  /** What must become durable of the credential with a hash; null where there is nothing new. */
  keptCredential(sealed: unknown): KeptCredential | null;
  /** Reads again what other Halls have changed of keys and issuers. */
  follow(): Promise<void>;
}

/** What an identity is opened with. */
export interface IdentityOptions {
  /** Where keys and issuers are read from, once. */
  readonly store: Store;
  readonly commit: Commit;
  /** The `aud` of every credential: the origin of this Hall's log. */
  readonly audience: string;
  /** The time of changes. */
  readonly now: () => Date;
  /** Called for each header that was rejected, for the log; it must not throw. */
  readonly onFailure?: (failure: FailedAuthentication) => void;
}

const KEY_PREFIX = 'wcp_';

/**
 * Opens the keys and issuers of a store.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where a row of the store is damaged
 */
export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { store, commit, now } = options;
  return new StoredIdentity(
    options,
    await KeyRing.load(store, commit),
    await Issuers.load(store, commit, now),
  );
}

class StoredIdentity implements Identity {
  readonly keys: KeyManagement;
  readonly issuers: IssuerManagement;
  readonly #options: IdentityOptions;
  readonly #ring: KeyRing;
  readonly #issuers: Issuers;
  readonly #verifier: CredentialVerifier;
  readonly #kept: KeptCredentials;

  constructor(options: IdentityOptions, ring: KeyRing, issuers: Issuers) {
    this.keys = new ApiKeys(ring, options.now);
    this.issuers = issuers;
    this.#options = options;
    this.#ring = ring;
    this.#issuers = issuers;
    this.#verifier = new CredentialVerifier(issuers, options.audience);
    this.#kept = new KeptCredentials(options.store);
  }

  get isOpen(): boolean {
    return this.#ring.size === 0 && !this.#issuers.isConfigured;
  }

  async authenticate(authorization: string | undefined, now: Date): Promise<Principal | null> {
    if (authorization === undefined) return null;
    const authentication = await this.#authenticate(readBearer(authorization), now);
    if (authentication.ok) return authentication.principal;
    this.#options.onFailure?.({ reason: authentication.reason, source: authentication.source });
    return null;
  }

  stewardWith(id: string): Principal | null {
    const principal = this.#ring.principal(id, this.#options.now()) ?? this.#issuers.principal(id);
    return principal !== null && hasRole(principal, ['steward']) ? principal : null;
  }

  async verifyTenantCredential(text: string, tenant_id: string, now?: Date): Promise<CredentialFact> {
    return credentialFact(await this.#verifier.verify(text, now ?? this.#options.now()), tenant_id);
  }

  async judgeTenantCredential(
    { sealed, text, tenant_id }: TenantCredential,
    now: Date,
  ): Promise<CredentialFact> {
    if (text === null) return this.#recall(sealed, tenant_id, now);
    const reading = await this.#verifier.verify(text, now);
    if (reading.ok) this.#kept.remember(sealed, reading.credential);
    return credentialFact(reading, tenant_id);
  }

  keptCredential(sealed: unknown): KeptCredential | null {
    return this.#kept.keep(sealed);
  }

  async follow(): Promise<void> {
    await this.#ring.follow(this.#options.store);
    await this.#issuers.follow(this.#options.store);
  }

  async #recall(sealed: string, tenant_id: string, now: Date): Promise<CredentialFact> {
    const verified = await this.#kept.find(sealed);
    const reading =
      verified === null ? failed('TOKEN_MALFORMED') : recallCredential(verified, this.#issuers.trusted, now);
    return credentialFact(reading, tenant_id);
  }

  async #authenticate(token: string | null, now: Date): Promise<Authentication> {
    if (token === null) return failed('HEADER_MALFORMED');
    if (token.startsWith(KEY_PREFIX)) return this.#ring.authenticate(token, now);
    const reading = await this.#verifier.verify(token, now);
    return reading.ok ? { ok: true, principal: reading.credential.principal } : reading;
  }
}
