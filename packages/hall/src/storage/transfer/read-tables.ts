import { createHash, type Hash } from 'node:crypto';
import type { RowMac } from '../seal/row-mac.ts';
import { storeTampered } from '../seal/store-tampered.ts';
import { unsealedRows } from '../seal/unsealed-rows.ts';
import type { Key, Store, TableName, Tables } from '../store/store.ts';
import { keyOfRow, TABLES } from '../store/tables.ts';

/** Bytes of rows that are held at a time, about: the next page is measured by the one before it. */
const PAGE_BYTES = 1024 ** 2;
const [MIN_PAGE, MAX_PAGE] = [8, 1_000];

/** What a table holds: two tables with the same sum hold the same rows. */
interface TableSum {
  readonly rows: number;
  /** The hash of the codes of all rows, in the order of their keys. */
  readonly codes: string;
}

/** The sums of all tables. */
export type TableSumsByName = Readonly<Record<TableName, TableSum>>;

/** Gets the rows of a table, page by page. */
export type RowsVisitor = <T extends TableName>(table: T, rows: readonly Tables[T][]) => Promise<void> | void;

/**
 * Reads every row of every table, in the order of its key, and checks its code.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` for rows that were not written with the key of the store
 */
export async function readTables(
  store: Pick<Store, 'list'>,
  mac: RowMac,
  visit: RowsVisitor,
): Promise<TableSumsByName> {
  const sums: Partial<Record<TableName, TableSum>> = {};
  for (const table of Object.keys(TABLES) as TableName[]) {
    const codes = createHash('sha256');
    let count = 0;
    for await (const rows of pagesOf(store, table)) {
      const edited = unsealedRows(table, rows, mac);
      if (edited.length > 0) throw storeTampered(edited, []);
      addCodes(codes, rows);
      count += rows.length;
      await visit(table, rows);
    }
    sums[table] = { rows: count, codes: codes.digest('hex') };
  }
  return sums as TableSumsByName;
}

function addCodes(codes: Hash, rows: readonly Tables[TableName][]): void {
  for (const { mac } of rows) codes.update(mac as Uint8Array);
}

async function* pagesOf<T extends TableName>(
  store: Pick<Store, 'list'>,
  table: T,
): AsyncGenerator<Tables[T][]> {
  let after: Key | undefined;
  let limit = MIN_PAGE;
  for (;;) {
    const rows = await store.list(table, { limit, ...(after !== undefined && { after }) });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    after = keyOfRow(table, last);
    limit = nextLimit(rows);
  }
}

/** As many rows as fit, at most twice as many as before: rows may become larger. */
function nextLimit(rows: readonly object[]): number {
  const bytes = rows.reduce((sum, row) => sum + sizeOf(row), 0);
  const fitting = Math.floor((rows.length * PAGE_BYTES) / Math.max(1, bytes));
  return Math.max(MIN_PAGE, Math.min(fitting, rows.length * 2, MAX_PAGE));
}

function sizeOf(row: object): number {
  const sizes = Object.values(row).map((value) =>
    typeof value === 'string' || value instanceof Uint8Array ? value.length : 8,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
