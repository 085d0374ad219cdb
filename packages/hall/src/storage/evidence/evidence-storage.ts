import { WcpError } from '@wcp/spec';
import { OpenSigners, type SignerSource, type StorageIdentity } from '../keys/signer-source.ts';
import { type Ledger, type OpenLedger, openLedger } from '../ledger/ledger.ts';
import { Eraser, type Payloads } from '../payload/eraser.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { FileStore, Store } from '../store/store.ts';

/** A store and the ledger over it: everything that a Hall stores. */
export interface EvidenceStorage {
  readonly store: Store;
  readonly ledger: Ledger<SignerSource>;
  /** What forgets payloads. */
  readonly payloads: Payloads;
  /**
   * Copies the store into a new file while it is used.
   *
   * @throws {WcpError} `ERR_WCP_STORE` where it has no file, or the copy cannot be written
   */
  copyTo(file: string): Promise<void>;
  /** Ends what is under way and closes the store. */
  close(): Promise<void>;
}

/** Opens a storage that lives as long as the process. */
export async function openMemoryStorage(identity: StorageIdentity): Promise<EvidenceStorage> {
  return storageOver(createMemoryStore(), identity);
}

/**
 * Opens a storage over a store in this thread; a damaged store is closed again. One that outlives its process is
 * checked while it is used.
 */
export async function storageOver(
  store: Store | FileStore,
  identity: StorageIdentity,
  { isChecked = false }: { readonly isChecked?: boolean } = {},
): Promise<EvidenceStorage> {
  const signers = new OpenSigners();
  try {
    const opened = await openLedger(store, await signers.identity(identity));
    const payloads = await Eraser.open(opened);
    const ledger = ledgerOf(opened, signers);
    if (isChecked) opened.check.start();
    return {
      ...{ store: opened.store, ledger, payloads },
      copyTo: (file) => copyOf(store, file),
      close: () => closeAll(opened, signers),
    };
  } catch (error) {
    signers.close();
    await store.close();
    throw error;
  }
}

/** The ledger for whoever gives keys as their sources. */
function ledgerOf(ledger: OpenLedger, signers: OpenSigners): Ledger<SignerSource> {
  return {
    append: (entries) => ledger.append(entries),
    head: () => ledger.head(),
    checkpoint: (at) => ledger.checkpoint(at),
    proveInclusion: (position, size) => ledger.proveInclusion(position, size),
    proveConsistency: (first, second) => ledger.proveConsistency(first, second),
    keys: () => ledger.keys(),
    rotate: async (source, at) => ledger.rotate(await signers.open(source), at),
    revoke: (key_id, from, at) => ledger.revoke(key_id, from, at),
    sign: (key_id, data) => ledger.sign(key_id, data),
    others: (after) => ledger.others(after),
    storeCheck: () => ledger.storeCheck(),
  };
}

async function copyOf(store: Store | FileStore, file: string): Promise<void> {
  if (!('copyTo' in store)) throw new WcpError('ERR_WCP_STORE', 'This Hall has no store in a file to copy.');
  await store.copyTo(file);
}

async function closeAll(ledger: OpenLedger, signers: OpenSigners): Promise<void> {
  await ledger.close();
  await ledger.store.close();
  signers.close();
}
