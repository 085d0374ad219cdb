import { type Ledger, type OpenLedger, openLedger } from '../ledger/ledger.ts';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';

/** A store and the ledger over it: everything that a Hall stores. */
export interface EvidenceStorage {
  readonly store: Store;
  readonly ledger: Ledger;
  /** Ends what is under way and closes the store. */
  close(): Promise<void>;
}

/** Opens a storage that lives as long as the process. */
export async function openMemoryStorage(identity: LedgerIdentity): Promise<EvidenceStorage> {
  return storageOver(createMemoryStore(), identity);
}

/**
 * Opens a storage over a store in this thread; a damaged store is closed again. One that outlives its process is
 * checked while it is used.
 */
export async function storageOver(
  store: Store,
  identity: LedgerIdentity,
  { isChecked = false }: { readonly isChecked?: boolean } = {},
): Promise<EvidenceStorage> {
  try {
    const ledger = await openLedger(store, identity);
    if (isChecked) ledger.check.start();
    return { store: ledger.store, ledger, close: () => closeBoth(ledger) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function closeBoth(ledger: OpenLedger): Promise<void> {
  await ledger.close();
  await ledger.store.close();
}
