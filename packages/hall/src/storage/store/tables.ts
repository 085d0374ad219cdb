import type { Key, TableName, Tables } from './store.ts';

/** `payload`: a text that the store holds encrypted, together with the other payload of its row. */
type ColumnType = 'integer' | 'text' | 'blob' | 'payload';

/** A table: its columns, the first of which is the key, and what is looked up beside the key. */
export interface Table {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly unique: readonly (readonly string[])[];
  readonly indexes: readonly string[];
  /**
   * Whether its rows are replaced and removed, so that an earlier state of one has a good code as well: their sum is
   * kept. The rows of the other tables are written once, and what stands on one of them notices that it is missing.
   */
  readonly isSummed: boolean;
}

/** The column of the code that vouches for a row, in every table. */
export const CODE_COLUMN = 'mac';

/** The column of the encrypted payload, in the tables that have one. */
export const PAYLOAD_COLUMN = 'payload';

const stateful = {
  columns: { id: 'text', state: 'text', at: 'text', document: 'text' },
  unique: [],
  indexes: ['state'],
  isSummed: true,
} as const satisfies Table;

const ofTenant = {
  ...stateful,
  columns: { id: 'text', state: 'text', at: 'text', tenant_id: 'text', document: 'payload' },
} as const satisfies Table;

type ColumnsOf<T extends TableName> = Readonly<Record<Exclude<keyof Tables[T], 'mac'>, ColumnType>>;
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
    isSummed: false,
  },
  decisions: {
    columns: {
      position: 'integer',
      tenant_id: 'text',
      data_label: 'text',
      at: 'text',
      input: 'payload',
      facts: 'payload',
      observation: 'text',
      decision: 'payload',
      events: 'integer',
    },
    unique: [],
    indexes: [],
    isSummed: false,
  },
  observations: { columns: { digest: 'text', facts: 'text' }, unique: [], indexes: [], isSummed: false },
  worlds: {
    columns: { digest: 'text', documents: 'text', at: 'text' },
    unique: [],
    indexes: [],
    isSummed: false,
  },
  nodes: { columns: { place: 'integer', hash: 'blob' }, unique: [], indexes: [], isSummed: false },
  heads: {
    columns: { stream: 'text', seq: 'integer', receipt_hash: 'text' },
    unique: [],
    indexes: [],
    isSummed: true,
  },
  checkpoints: {
    columns: { size: 'integer', note: 'text', at: 'text' },
    unique: [],
    indexes: [],
    isSummed: false,
  },
  events: {
    columns: { id: 'integer', tenant_id: 'text', position: 'integer', events: 'payload' },
    unique: [],
    indexes: ['position'],
    isSummed: false,
  },
  dispatches: {
    columns: { decision_id: 'text', worker_id: 'text', at: 'text', decided: 'text', requested_by: 'text' },
    unique: [],
    indexes: [],
    isSummed: true,
  },
  chains: {
    columns: { chain: 'text', blast_score: 'integer', dispatches: 'integer' },
    unique: [],
    indexes: [],
    isSummed: true,
  },
  approvals: ofTenant,
  freezes: stateful,
  workers: stateful,
  worker_versions: stateful,
  authorities: stateful,
  ban_lists: stateful,
  api_keys: stateful,
  issuers: stateful,
  credentials: ofTenant,
  outbox: { ...ofTenant, columns: { ...ofTenant.columns, decision_id: 'text' } },
  results: ofTenant,
  dead_letters: ofTenant,
  idempotency: ofTenant,
  erasures: stateful,
  meta: stateful,
  seals: { columns: { id: 'text', document: 'text' }, unique: [], indexes: [], isSummed: false },
};

/** The name of the key of a table. */
export function keyOf(table: TableName): string {
  return columnsOf(table)[0] as string;
}

/** The columns as they are stored: a payload is one column, whatever it is made of. */
export function storedColumns({ columns }: Table): Readonly<Record<string, Exclude<ColumnType, 'payload'>>> {
  const stored = Object.entries(columns).filter(([, type]) => type !== 'payload');
  const hasPayload = stored.length < Object.keys(columns).length;
  return Object.fromEntries([...stored, ...(hasPayload ? [[PAYLOAD_COLUMN, 'blob']] : [])]);
}

const NAMES = Object.keys(TABLES) as TableName[];
const COLUMNS = new Map(NAMES.map((table) => [table, Object.keys(storedColumns(TABLES[table]))]));
const PAYLOADS = new Map(
  NAMES.map((table) => {
    const columns: Readonly<Record<string, ColumnType>> = TABLES[table].columns;
    return [table, Object.keys(columns).filter((name) => columns[name] === 'payload')] as const;
  }),
);

/** The key of a row. */
export function keyOfRow(table: TableName, row: Tables[TableName]): Key {
  return (row as unknown as Readonly<Record<string, Key>>)[keyOf(table)] as Key;
}

/** The names of the stored columns of a table, its key first. */
export function columnsOf(table: TableName): readonly string[] {
  return COLUMNS.get(table) as readonly string[];
}

/** The members of a row that are its payload; none in most tables. */
export function payloadOf(table: TableName): readonly string[] {
  return PAYLOADS.get(table) as readonly string[];
}

/** The tables whose sums are kept. */
export const SUMMED_TABLES: readonly TableName[] = NAMES.filter(isSummed);

export function isSummed(table: TableName): boolean {
  return TABLES[table].isSummed;
}
