/** The files in the folder of a Hall. */
export const LAYOUT = {
  rules: 'rules.json',
  config: 'hall.json',
  server: 'server.json',
  key: 'keys/hall-key.pem',
  /** The key of the authority of the example's worker, to attest and enrol it again. */
  exampleKey: 'keys/org.example.pem',
  /** How far the log had come, signed: outside the store, which it vouches for. */
  mark: 'keys/high-water-mark.json',
  store: 'store.db',
  /** The oldest receipts, where they were moved out of the store. */
  archive: 'archive',
  /** Read-only copies of the packages that run. */
  snapshots: 'snapshots',
  /** Where workers note the permits that they have used. */
  permits: 'permits',
} as const;

/** What describes a worker, in the folder of its package. */
export const RECORD_FILE = 'registry_record.json';
