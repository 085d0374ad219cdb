export type { EvidenceStorage } from './evidence/evidence-storage.ts';
export { openFileStorage, openPostgresStorage, type StorageOptions } from './evidence/storage-client.ts';
export type { StoreCheck } from './ledger/background-check.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { LedgerIdentity } from './ledger/ledger-identity.ts';
export type { PostgresSettings } from './postgres/postgres-settings.ts';
export type { Store } from './store/store.ts';
