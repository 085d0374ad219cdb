import type { SigningKey } from '@wcp/evidence';
import type { Signer } from '@wcp/evidence/key';
import { WcpError } from '@wcp/spec';
import { RowMac, type SealedLayout } from '../seal/row-mac.ts';
import { deriveStoreKey, type StoreKey } from '../seal/store-key.ts';

/** Who signs a ledger, and what vouches for it outside its store. */
export interface LedgerIdentity {
  /** Signs receipts and checkpoints, unless the log says that {@link next} does. */
  readonly key: Signer;
  /** A key that may follow, or has just followed: the log says which of the two is in force. */
  readonly next?: Signer;
  /** The name of the log. */
  readonly origin: string;
  /** Vouches for the rows of the store (default: derived from `key`, which cannot change then). */
  readonly store_key?: StoreKey;
  /** The file of the high-water mark; without it, an earlier state of the whole store is not recognised. */
  readonly mark?: string;
  /** The folder of the keys of payloads; without it, they live as long as the process. */
  readonly data_keys?: string;
  /** The folder of receipts that were moved out of the store; without it, those of an archived log cannot be read. */
  readonly archive?: string;
}

/** What the rows of a store are sealed with, before anything that signs is opened. */
export type SealIdentity = Pick<LedgerIdentity, 'origin' | 'store_key' | 'data_keys'> & {
  readonly key: object;
};

/**
 * The codes of the rows of a store.
 *
 * @param layout of an earlier version (default: the present one)
 * @throws {WcpError} `ERR_WCP_HALL` where there is no key of the store and none can be derived
 */
export function rowMacOf(identity: SealIdentity, layout?: SealedLayout): RowMac {
  return new RowMac(storeKeyOf(identity), layout);
}

function storeKeyOf({ key, origin, store_key }: SealIdentity): StoreKey {
  if (store_key !== undefined) return store_key;
  if ('exportPrivatePem' in key) return deriveStoreKey(key as SigningKey, origin);
  throw new WcpError('ERR_WCP_HALL', 'A log whose key is held elsewhere needs a store key of its own.');
}
