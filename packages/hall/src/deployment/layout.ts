/** The files in the folder of a Hall. */
export const LAYOUT = {
  rules: 'rules.json',
  config: 'hall.json',
  server: 'server.json',
  key: 'keys/hall-key.pem',
  /** The key that follows with the next rotation, once it was made. */
  nextKey: 'keys/next-key.pem',
  /** Vouches for the rows of the store: it stays when the key of the log changes. */
  storeKey: 'keys/store-key.json',
  /** The key of the authority of the example's worker, to attest and enrol it again. */
  exampleKey: 'keys/org.example.pem',
  /** How far the log had come, signed: outside the store, which it vouches for. */
  mark: 'keys/high-water-mark.json',
  /** The keys that payloads are encrypted with, a file for each tenant: outside the store, which is nothing without them. */
  dataKeys: 'keys/data',
  store: 'store.db',
  /** When the last backup was made, and where. */
  lastBackup: 'last-backup.json',
  /** The oldest receipts, where they were moved out of the store. */
  archive: 'archive',
  /** Read-only copies of the packages that run. */
  snapshots: 'snapshots',
  /** Where workers note the permits that they have used. */
  permits: 'permits',
} as const;

/** What describes a worker, in the folder of its package. */
export const RECORD_FILE = 'registry_record.json';
