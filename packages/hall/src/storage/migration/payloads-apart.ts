import type { DatabaseSync } from 'node:sqlite';
import { rowMacOf, type SealIdentity } from '../ledger/ledger-identity.ts';
import { createDataKeys, openDataKeys } from '../payload/data-keys.ts';
import { PayloadStore } from '../payload/payload-store.ts';
import { readSeals, readSummedTables } from '../seal/open-sealed-store.ts';
import type { AnyRow, RowMac, SealedLayout } from '../seal/row-mac.ts';
import { SealedStore } from '../seal/sealed-store.ts';
import { storeTampered } from '../seal/store-tampered.ts';
import { isSealed } from '../seal/unsealed-rows.ts';
import { tableStatements } from '../store/sqlite-file.ts';
import { storeOver } from '../store/sqlite-store.ts';
import type { Change, Key, TableName, Tables } from '../store/store.ts';
import { columnsOf, SUMMED_TABLES } from '../store/tables.ts';
import { EarlierStore } from './earlier-store.ts';
import type { Migration } from './migration.ts';
import { CONVERSIONS, type ConvertedTable } from './payload-rows.ts';

/** Rows that are brought over at a time. */
const PAGE = 200;
const STATEFUL = ['id', 'state', 'at', 'document'] as const;

/** The tables whose columns were others in version 3; the table `erasures` was not there. */
const COLUMNS: Readonly<Record<ConvertedTable, readonly string[]>> = {
  decisions: ['position', 'input', 'facts', 'observation', 'decision', 'events'],
  events: ['id', 'tenant_id', 'position', 'events'],
  approvals: STATEFUL,
  credentials: STATEFUL,
  outbox: STATEFUL,
  results: STATEFUL,
  dead_letters: STATEFUL,
  idempotency: STATEFUL,
};
const CONVERTED = Object.keys(COLUMNS) as ConvertedTable[];

const columnsOfVersion3 = (table: TableName) =>
  (COLUMNS as Partial<Record<TableName, readonly string[]>>)[table] ?? columnsOf(table);
const LAYOUT: SealedLayout = {
  columnsOf: columnsOfVersion3,
  summed: SUMMED_TABLES.filter((table) => table !== 'erasures'),
};

/** From version 3 to 4: what was payload in the clear is encrypted under the data key of its tenant. */
export const PAYLOADS_APART: Migration = {
  from: 3,
  async change(database, identity) {
    const earlier = new EarlierStore(database, keysOf());
    const earlierMac = rowMacOf(identity, LAYOUT);
    const { version } = await readSeals(earlier, earlierMac);
    setAside(database);
    const target = await openTarget(database, identity, version);
    for (const table of CONVERTED) {
      await convert(table, { database, earlierMac, target });
      database.exec(`DROP TABLE earlier_${table}`);
    }
    // A store in which nothing changed has a seal of the earlier tables, too.
    await target.commit([
      { put: 'erasures', row: { id: 'retention', state: 'cursor', at: '', document: '{}' } },
    ]);
  },
};

function keysOf(): Readonly<Record<string, string>> {
  const tables = [...new Set<TableName>([...LAYOUT.summed, ...CONVERTED, 'receipts', 'seals'])];
  return Object.fromEntries(tables.map((table) => [table, columnsOfVersion3(table)[0] as string]));
}

/** The earlier tables under other names, and empty ones in their place. */
function setAside(database: DatabaseSync): void {
  for (const table of CONVERTED) {
    database.exec(`DROP INDEX IF EXISTS ${table}_state; ALTER TABLE ${table} RENAME TO earlier_${table}`);
    database.exec(tableStatements(table).join(';'));
  }
  database.exec(tableStatements('erasures').join(';'));
}

async function openTarget(
  database: DatabaseSync,
  identity: SealIdentity,
  version: number,
): Promise<PayloadStore> {
  const store = storeOver(database, true);
  const mac = rowMacOf(identity);
  const { sums, codes } = await readSummedTables(store, mac);
  const sealed = new SealedStore(store, { version, sums, mac, codes, pending: [] });
  const { data_keys } = identity;
  return new PayloadStore(sealed, data_keys === undefined ? createDataKeys() : openDataKeys(data_keys));
}

interface Conversion {
  readonly database: DatabaseSync;
  readonly earlierMac: RowMac;
  readonly target: PayloadStore;
}

async function convert(table: ConvertedTable, { database, earlierMac, target }: Conversion): Promise<void> {
  const [key] = COLUMNS[table] as readonly [string];
  const select = database.prepare(
    `SELECT * FROM earlier_${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${PAGE}`,
  );
  const first = table === 'decisions' || table === 'events' ? -1 : '';
  for (let after: Key = first; ; ) {
    const rows: AnyRow[] = select.all(after);
    const changes: Change[] = [];
    for (const row of rows) {
      const isGood = isSealed(table, row as unknown as Tables[TableName], earlierMac);
      if (!isGood) throw storeTampered([{ table, key: row[key] as Key }], []);
      changes.push(await CONVERSIONS[table](row, target.sealed));
    }
    await target.commit(changes);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last[key] as Key;
  }
}
