export type { EvidenceStorage } from './evidence/evidence-storage.ts';
export { openFileStorage } from './evidence/storage-client.ts';
export type { StoreCheck } from './ledger/background-check.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { LedgerIdentity } from './ledger/ledger-identity.ts';
export type { Store } from './store/store.ts';
