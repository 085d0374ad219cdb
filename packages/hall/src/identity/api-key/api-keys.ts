import { ProblemError } from '../../base/problem.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import { readForm } from '../read-form.ts';
import {
  type ApiKey,
  type KeyDocument,
  keyRequestForm,
  keyState,
  ROTATION_FORM,
  showKey,
} from './api-key.ts';
import { type ApiKeyParts, generateApiKey, hashSecret, writeApiKey } from './api-key-text.ts';
import type { KeyRing } from './key-ring.ts';

/** A key with its text, which is given only once and stored nowhere. */
export type IssuedKey = ApiKey & { readonly key: string };

/** The management of API keys; what is wrong is thrown as a {@link ProblemError}. */
export interface KeyManagement {
  /** Creates a key from {label, roles, tenant_id, authority, expires_at?}. */
  create(body: unknown): Promise<IssuedKey>;
  /** Every key that ever existed, the oldest first. */
  list(): ApiKey[];
  /** Revokes a key, and that key alone; revoking it again changes nothing. */
  revoke(id: string): Promise<ApiKey>;
  /**
   * Creates a successor for the same principal, with the lifetime of the old key. The old key stays valid for
   * {grace_seconds} (default 3600, maximum 30 days), and never beyond its own expiry.
   */
  rotate(id: string, body?: unknown): Promise<IssuedKey>;
}

/** The last instant that a time of this protocol can express. */
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Creates, lists, revokes and rotates the keys of a ring, one change after another. */
export class ApiKeys implements KeyManagement {
  readonly #queue = new SerialQueue();
  readonly #ring: KeyRing;
  readonly #now: () => Date;

  constructor(ring: KeyRing, now: () => Date) {
    this.#ring = ring;
    this.#now = now;
  }

  async create(body: unknown): Promise<IssuedKey> {
    const now = this.#now();
    const request = readForm(keyRequestForm(now), body);
    return this.#queue.run(async () => {
      const parts = this.#draw();
      const document = newDocument(parts, now, { ...request, principal_id: `key:${parts.id}` });
      await this.#ring.write(new Map([[parts.id, document]]));
      return { ...showKey(parts.id, document, now), key: writeApiKey(parts) };
    });
  }

  list(): ApiKey[] {
    const now = this.#now();
    const shown = this.#ring.entries().map(([id, document]) => showKey(id, document, now));
    return shown.sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  }

  revoke(id: string): Promise<ApiKey> {
    return this.#queue.run(async () => {
      const now = this.#now();
      const document = this.#document(id);
      const revoked = { ...document, revoked_at: document.revoked_at ?? now.toISOString() };
      if (document.revoked_at === null) await this.#ring.write(new Map([[id, revoked]]));
      return showKey(id, revoked, now);
    });
  }

  async rotate(id: string, body: unknown = {}): Promise<IssuedKey> {
    const { grace_seconds } = readForm(ROTATION_FORM, body);
    return this.#queue.run(async () => {
      const now = this.#now();
      const old = this.#activeDocument(id, now);
      const parts = this.#draw();
      const successor = newDocument(parts, now, { ...old, expires_at: renewedExpiry(old, now) });
      const retiring = retire(old, parts.id, now.getTime() + grace_seconds * 1000);
      await this.#ring.write(
        new Map([
          [parts.id, successor],
          [id, retiring],
        ]),
      );
      return { ...showKey(parts.id, successor, now), key: writeApiKey(parts) };
    });
  }

  #draw(): ApiKeyParts {
    return generateApiKey((id) => this.#ring.get(id) !== undefined);
  }

  #document(id: string): KeyDocument {
    const document = this.#ring.get(id);
    if (document === undefined) throw new ProblemError('NOT_FOUND', 'There is no key with this id.');
    return document;
  }

  #activeDocument(id: string, now: Date): KeyDocument {
    const document = this.#document(id);
    const state = keyState(document, now);
    if (state === 'active') return document;
    throw new ProblemError('CONFLICT', `This key is ${state}. Only an active key can be rotated.`);
  }
}

function ageOf({ created_at, key_id }: ApiKey): string {
  return `${created_at} ${key_id}`;
}

type Granted = Pick<
  KeyDocument,
  'label' | 'roles' | 'tenant_id' | 'authority' | 'principal_id' | 'expires_at'
>;

function newDocument({ secret }: ApiKeyParts, now: Date, granted: Granted): KeyDocument {
  return {
    ...granted,
    created_at: now.toISOString(),
    revoked_at: null,
    replaced_by: null,
    secret_hash: hashSecret(secret).toString('hex'),
  };
}

/** A key that was valid for ninety days is renewed for ninety days. */
function renewedExpiry({ created_at, expires_at }: KeyDocument, now: Date): string | null {
  if (expires_at === null) return null;
  const expires = now.getTime() + Date.parse(expires_at) - Date.parse(created_at);
  return new Date(Math.min(expires, LAST_INSTANT)).toISOString();
}

function retire(document: KeyDocument, replaced_by: string, graceEnds: number): KeyDocument {
  const ends = Math.min(
    graceEnds,
    document.expires_at === null ? LAST_INSTANT : Date.parse(document.expires_at),
  );
  return { ...document, replaced_by, expires_at: new Date(ends).toISOString() };
}
