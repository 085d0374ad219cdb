import { WcpError } from '@wcp/spec';
import type { Key, SealRow, Store, TableName, Tables } from '../store/store.ts';
import { keyOf } from '../store/tables.ts';
import { CodeCache } from './code-cache.ts';
import type { AnyRow, RowMac } from './row-mac.ts';
import { isSealed, SealedStore, type StoreSeal } from './sealed-store.ts';
import { readSeal, SEAL_ID, sealKeyOf, TableSums } from './store-seal.ts';
import { storeTampered, type TamperedRow } from './store-tampered.ts';

const PAGE = 1_000;

/**
 * Checks every row of the tables whose rows change, and that none is missing, added or of an earlier state; the rows
 * of the others are checked when they are read.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where rows were changed behind the Hall's back, with their names;
 *   `ERR_WCP_STORE` where they are sealed with another key
 */
export async function openSealedStore(store: Pick<Store, 'get' | 'list'>, mac: RowMac): Promise<SealedStore> {
  return new SealedStore(store as Store, { ...(await readSeals(store, mac)), mac });
}

/** What the rows of a store add up to, once that is what its seal vouches for. @throws as {@link openSealedStore} */
export async function readSeals(
  store: Pick<Store, 'get' | 'list'>,
  mac: RowMac,
): Promise<Omit<StoreSeal, 'mac'>> {
  const stored = await store.get('seals', SEAL_ID);
  checkKey(stored, mac);
  const read = await readSummedTables(store, mac);
  if (read.edited.length > 0) throw storeTampered(read.edited, []);
  const version = read.count === 0 && stored === null ? 0 : versionOf(stored, mac, read.sums);
  return { version, sums: read.sums, codes: read.codes };
}

/** What stands in the tables whose rows change. */
interface SummedTables {
  readonly sums: TableSums;
  readonly codes: CodeCache;
  readonly edited: readonly TamperedRow[];
  readonly count: number;
}

export async function readSummedTables(
  store: Pick<Store, 'get' | 'list'>,
  mac: RowMac,
): Promise<SummedTables> {
  const sums = new TableSums(mac);
  const codes = new CodeCache(store);
  const edited: TamperedRow[] = [];
  let count = 0;
  for (const table of mac.layout.summed) {
    for await (const rows of pagesOf(store, table)) {
      count += rows.length;
      edited.push(...unsealedRows(table, rows, mac));
      for (const row of rows) {
        if (row.mac == null) continue;
        sums.add(table, row.mac);
        codes.set(table, keyOfRow(table, row), row.mac);
      }
    }
  }
  return { sums, codes, edited, count };
}

/** The number of the seal, once the sums of the tables are those that it vouches for. */
function versionOf(stored: SealRow | null, mac: RowMac, sums: TableSums): number {
  const seal = stored === null ? null : readSeal(stored, mac);
  if (seal === null) throw storeTampered([{ table: 'seals', key: SEAL_ID }], []);
  const codes = sums.codes();
  const lacking = mac.layout.summed.filter((table) => codes[table] !== seal.tables[table]);
  if (lacking.length > 0) throw storeTampered([], lacking);
  return seal.version;
}

/** The rows that were not written with the key of the store. */
export function unsealedRows<T extends TableName>(
  table: T,
  rows: readonly Tables[T][],
  mac: RowMac,
): TamperedRow[] {
  return rows
    .filter((row) => !isSealed(table, row, mac))
    .map((row) => ({ table, key: keyOfRow(table, row) }));
}

/** An intruder may have written what the seal says of its key: it chooses between two refusals, no more. */
function checkKey(stored: SealRow | null, { keyId }: RowMac): void {
  const id = sealKeyOf(stored);
  if (typeof id !== 'string' || id === keyId) return;
  throw new WcpError(
    'ERR_WCP_STORE',
    'The rows of the store are sealed with another key. Restore the keys of this Hall from a backup: the store key goes with the store.',
  );
}

async function* pagesOf<T extends TableName>(
  store: Pick<Store, 'list'>,
  table: T,
): AsyncGenerator<Tables[T][]> {
  let after: Key | undefined;
  for (;;) {
    const rows = await store.list(table, { limit: PAGE, ...(after !== undefined && { after }) });
    yield rows;
    if (rows.length < PAGE) return;
    after = keyOfRow(table, rows.at(-1) as Tables[T]);
  }
}

function keyOfRow(table: TableName, row: Tables[TableName]): Key {
  return (row as unknown as AnyRow)[keyOf(table)] as Key;
}
