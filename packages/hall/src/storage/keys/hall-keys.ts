import type { SigningKey } from '@wcp/evidence';
import type { Signer } from '@wcp/evidence/key';
import type { KeyTerm, ReceiptAtPosition } from '@wcp/evidence/log';
import { LOG_STREAM } from '@wcp/evidence/receipt';
import { type Receipt, WcpError } from '@wcp/spec';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { EvidenceStorage } from '../evidence/evidence-storage.ts';
import type { KeyChanged, RevokeAt } from '../ledger/key-change.ts';
import type { PermitKeys } from './permit-keys.ts';
import type { SignerSource } from './signer-source.ts';

/** The keys that a Hall is opened with. */
export interface GivenKeys {
  /** The Hall's own key. Permits are signed with it, and the log where no program signs it. */
  readonly key: SigningKey;
  /** The program that signs the log. */
  readonly signer?: SignerSource | undefined;
  /** What signs the log after the next rotation. */
  readonly next?: SignerSource | undefined;
  /** Where a next key is made and put in force; without it, one must be given. */
  readonly files?: KeyFiles | undefined;
  readonly permitKeys?: PermitKeys | undefined;
  /** The store is sealed with a key that is derived from `key`: another key would not open it. */
  readonly sealsStore: boolean;
}

/** Keeps the Hall's own keys outside of the store. */
export interface KeyFiles {
  /** The key that follows: the same until it is in force. It is durable once this resolves. */
  prepare(): Promise<SigningKey>;
  /** Puts the prepared key in the place of the present one, which is gone then. */
  complete(): Promise<void>;
}

/** The keys of the log while the Hall runs: which signs now, which may follow, and what permits are signed with. */
export class HallKeys {
  readonly #given: GivenKeys;
  readonly #storage: EvidenceStorage;
  readonly #queue = new SerialQueue();
  #terms: readonly KeyTerm[];
  #permitKey: SigningKey;
  #permitKeys: readonly string[] = [];
  #next: SignerSource | undefined;

  private constructor(given: GivenKeys, storage: EvidenceStorage, terms: readonly KeyTerm[]) {
    this.#given = given;
    this.#storage = storage;
    this.#terms = terms;
    this.#next = given.next;
    this.#permitKey = given.key;
  }

  /** Finishes a rotation that an earlier process was killed in. */
  static async open(given: GivenKeys, storage: EvidenceStorage): Promise<HallKeys> {
    const keys = new HallKeys(given, storage, await storage.ledger.keys());
    const { next } = given;
    if (next !== undefined && isKey(next) && next.keyId === keys.inForce.key_id) await keys.#follow(next);
    else keys.#tellWorkers([]);
    return keys;
  }

  /** The keys of the log in their order. */
  get terms(): readonly KeyTerm[] {
    return this.#terms;
  }

  /** The key that signs the log now. */
  get inForce(): KeyTerm {
    return this.#terms.at(-1) as KeyTerm;
  }

  /** Signs other forms of receipts with the key that signs the log now, wherever it is held. */
  get signer(): Signer {
    const { key_id: keyId, public_key: publicKey } = this.inForce;
    const { ledger } = this.#storage;
    return { keyId, publicKey, sign: (data) => ledger.sign(keyId, Buffer.from(data as Uint8Array)) };
  }

  /** The key that signed the first receipt: with it alone the whole log verifies. */
  get first(): KeyTerm {
    return this.#terms[0] as KeyTerm;
  }

  /** The key that permits are signed with. */
  get permitKey(): SigningKey {
    return this.#permitKey;
  }

  /** The public keys that permits may be signed with: also that of a moment ago. */
  get permitKeys(): readonly string[] {
    return this.#permitKeys;
  }

  /** The key that follows, where it is one of the Hall's own and was made already. */
  get next(): SigningKey | null {
    return this.#next !== undefined && isKey(this.#next) ? this.#next : null;
  }

  /** Makes the next key, so that everybody can be told of it before it is in force. */
  prepare(): Promise<SignerSource> {
    return this.#queue.run(() => this.#prepared());
  }

  /** @throws {WcpError} `ERR_WCP_LOG_KEY` where there is no next key, and what the store throws */
  rotate(at: string): Promise<KeyChanged> {
    return this.#queue.run(async () => {
      const next = await this.#prepared();
      const changed = await this.#storage.ledger.rotate(next, at);
      this.#terms = changed.terms;
      if (isKey(next)) await this.#follow(next);
      else this.#next = undefined;
      return changed;
    });
  }

  /** @throws {WcpError} `ERR_WCP_LOG_KEY` where the key cannot be revoked */
  revoke(key_id: string, from: RevokeAt, at: string): Promise<KeyChanged> {
    return this.#queue.run(async () => {
      const changed = await this.#storage.ledger.revoke(key_id, from, at);
      this.#terms = changed.terms;
      return changed;
    });
  }

  /** The receipts of kind `key`. */
  async changes(): Promise<readonly (ReceiptAtPosition & { readonly receipt: Receipt })[]> {
    const changes: { position: number; receipt: Receipt }[] = [];
    for (;;) {
      const after = changes.at(-1)?.position;
      const where = { stream: LOG_STREAM, kind: 'key' };
      const rows = await this.#storage.store.list('receipts', {
        where,
        ...(after !== undefined && { after }),
      });
      if (rows.length === 0) return changes;
      for (const { position, receipt } of rows) changes.push({ position, receipt: JSON.parse(receipt) });
    }
  }

  async #prepared(): Promise<SignerSource> {
    if (this.#given.sealsStore) throw new WcpError('ERR_WCP_LOG_KEY', SEALS_STORE);
    this.#next ??= await this.#given.files?.prepare();
    if (this.#next !== undefined) return this.#next;
    throw new WcpError(
      'ERR_WCP_LOG_KEY',
      'This Hall keeps no keys in files: give it the next key when it is opened.',
    );
  }

  /** The old key goes last: whatever happens before can happen again. */
  async #follow(next: SigningKey): Promise<void> {
    const former = this.#permitKey;
    this.#permitKey = next;
    this.#next = undefined;
    this.#tellWorkers(former === next ? [] : [former.publicKey]);
    await this.#given.files?.complete();
  }

  /** Permits that were signed a moment ago still count. */
  #tellWorkers(former: readonly string[]): void {
    this.#permitKeys = [this.#permitKey.publicKey, ...former];
    this.#given.permitKeys?.replace(this.#permitKeys);
  }
}

const SEALS_STORE =
  'The key of this log also seals its store. Open the Hall with a `store_key` of its own before its key can change.';

function isKey(source: SignerSource): source is SigningKey {
  return !('command' in source);
}
