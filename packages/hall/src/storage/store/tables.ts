import type { TableName, Tables } from './store.ts';

type ColumnType = 'integer' | 'text' | 'blob';

/** A table: its columns, the first of which is the key, and what is looked up beside the key. */
export interface Table {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly unique: readonly (readonly string[])[];
  readonly indexes: readonly string[];
}

const stateful: Table = {
  columns: { id: 'text', state: 'text', at: 'text', document: 'text' },
  unique: [],
  indexes: ['state'],
};

type ColumnsOf<T extends TableName> = Readonly<Record<keyof Tables[T], ColumnType>>;
type TableOf<T extends TableName> = Omit<Table, 'columns'> & { readonly columns: ColumnsOf<T> };

/** Every table, in one place for every kind of store. A position is its own order: no index repeats it. */
export const TABLES: { readonly [T in TableName]: TableOf<T> } = {
  receipts: {
    columns: {
      position: 'integer',
      stream: 'text',
      seq: 'integer',
      kind: 'text',
      decision_id: 'text',
      correlation_id: 'text',
      leaf: 'blob',
      receipt: 'text',
    },
    unique: [['stream', 'seq']],
    indexes: ['decision_id', 'correlation_id'],
  },
  decisions: {
    columns: {
      position: 'integer',
      input: 'text',
      facts: 'text',
      observation: 'text',
      decision: 'text',
      events: 'integer',
    },
    unique: [],
    indexes: [],
  },
  observations: { columns: { digest: 'text', facts: 'text' }, unique: [], indexes: [] },
  worlds: { columns: { digest: 'text', documents: 'text', at: 'text' }, unique: [], indexes: [] },
  nodes: { columns: { place: 'integer', hash: 'blob' }, unique: [], indexes: [] },
  heads: { columns: { stream: 'text', seq: 'integer', receipt_hash: 'text' }, unique: [], indexes: [] },
  checkpoints: { columns: { size: 'integer', note: 'text', at: 'text' }, unique: [], indexes: [] },
  events: {
    columns: { id: 'integer', tenant_id: 'text', position: 'integer', events: 'text' },
    unique: [],
    indexes: [],
  },
  dispatches: {
    columns: { decision_id: 'text', worker_id: 'text', at: 'text', decided: 'text', requested_by: 'text' },
    unique: [],
    indexes: [],
  },
  chains: {
    columns: { chain: 'text', blast_score: 'integer', dispatches: 'integer' },
    unique: [],
    indexes: [],
  },
  approvals: stateful,
  freezes: stateful,
  workers: stateful,
  worker_versions: stateful,
  authorities: stateful,
  ban_lists: stateful,
  api_keys: stateful,
  issuers: stateful,
  credentials: stateful,
  outbox: stateful,
  results: stateful,
  dead_letters: stateful,
  idempotency: stateful,
  meta: stateful,
};

/** The name of the key of a table. */
export function keyOf(table: TableName): string {
  return Object.keys(TABLES[table].columns)[0] as string;
}
