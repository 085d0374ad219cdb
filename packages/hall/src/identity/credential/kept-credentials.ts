import { parseJson } from '@wcp/spec/json';
import { boundedCache } from '../../base/bounded-cache.ts';
import type { Change, Commit, Store } from '../../storage/store/store.ts';
import type { Credential, VerifiedClaims } from './claims.ts';

/** What becomes durable of a credential that was verified. */
export interface KeptCredential {
  readonly change: Change;
  /** Called once it is durable: it is not written again. */
  markStored(): void;
}

/** Credentials of which is known whether they are kept. */
const CACHE_SIZE = 10_000;

/**
 * The hashes and the verified claims of tenant credentials, never their text: a request that was kept is decided
 * again without a credential that whoever reads the store could use.
 */
export class KeptCredentials {
  readonly #store: Store;
  readonly #known = boundedCache<string, { readonly credential: Credential; isStored: boolean }>(CACHE_SIZE);

  constructor(store: Store) {
    this.#store = store;
  }

  /** Remembers a credential that was verified just now, under its hash. */
  remember(sealed: string, credential: Credential): void {
    if (!this.#known.has(sealed)) this.#known.set(sealed, { credential, isStored: false });
  }

  /** What is to be kept of the credential with a hash; null where there is nothing new. */
  keep(sealed: unknown): KeptCredential | null {
    const known = typeof sealed === 'string' ? this.#known.get(sealed) : undefined;
    if (known === undefined || known.isStored) return null;
    const { verified, principal } = known.credential;
    const { tenant_id } = principal;
    const at = new Date(Number(verified.claims['exp']) * 1000).toISOString();
    const document = JSON.stringify(verified);
    const row = { id: String(sealed), state: at.slice(0, 10), at, tenant_id, document };
    return {
      change: { put: 'credentials', row },
      markStored() {
        known.isStored = true;
      },
    };
  }

  /** The claims of the credential with a hash; null where this Hall has not verified it, or has forgotten it. */
  async find(sealed: string): Promise<VerifiedClaims | null> {
    const known = this.#known.get(sealed);
    if (known !== undefined) return known.credential.verified;
    const row = await this.#store.get('credentials', sealed);
    return row === null ? null : (parseJson(row.document) as VerifiedClaims);
  }
}

/** Days that are looked back: what a Hall that was stopped for longer left behind stays. */
const PRUNED_DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 500;

/** Forgets the credentials that expired before today. */
export async function pruneCredentials(store: Store, now: number, commit: Commit): Promise<void> {
  for (let back = 1; back <= PRUNED_DAYS; back += 1) {
    const state = new Date(now - back * DAY_MS).toISOString().slice(0, 10);
    for (;;) {
      const rows = await store.list('credentials', { where: { state }, limit: PAGE });
      if (rows.length === 0) break;
      await commit(rows.map(({ id }) => ({ remove: 'credentials', key: id })));
    }
  }
}
