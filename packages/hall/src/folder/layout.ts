/** Where things stand in the folder of a Hall. */
export const LAYOUT = {
  rules: 'rules.json',
  config: 'hall.json',
  server: 'server.json',
  key: 'keys/hall-key.pem',
  store: 'store.db',
  snapshots: 'snapshots',
} as const;

/** What describes a worker, in the folder of its package. */
export const RECORD_FILE = 'registry_record.json';
