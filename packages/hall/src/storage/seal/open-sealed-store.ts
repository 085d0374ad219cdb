import { WcpError } from '@wcp/spec';
import type { Key, SealRow, Store, TableName, Tables } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';
import { CodeCache } from './code-cache.ts';
import type { RowMac } from './row-mac.ts';
import { SealedStore, type StoreSeal } from './sealed-store.ts';
import { readSeal, SEAL_ID, type StoredSeal, sealKeyOf, TableSums } from './store-seal.ts';
import { storeTampered, type TamperedRow } from './store-tampered.ts';
import { unsealedRows } from './unsealed-rows.ts';

const PAGE = 1_000;
/** Rows of a table that are read before the store is used; those of a larger table are read while it is. */
const MAX_READ_AT_START = 2 * PAGE;
/** Tables that are always read whole: they do not grow with the log, and an earlier state would grant something. */
const READ_WHOLE: ReadonlySet<TableName> = new Set([
  'api_keys',
  'issuers',
  'authorities',
  'workers',
  'worker_versions',
  'freezes',
  'ban_lists',
] as const);

/**
 * Checks the tables whose rows change: every row, and that none is missing, added or of an earlier state. Of a large
 * table, the sum that the seal holds is believed until {@link SealedStore.scan} has read all rows; each that is read
 * before is checked for itself, as are the rows of the other tables.
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
  const seal = stored === null ? null : readSeal(stored, mac);
  const held = seal === null ? null : TableSums.from(seal, mac);
  const read = await readSummedTables(store, mac, held !== null);
  if (read.edited.length > 0) throw storeTampered(read.edited, []);
  const { pending, codes } = read;
  const version = read.count === 0 && stored === null ? 0 : versionOf(seal, mac, read);
  return { version, sums: held ?? read.sums, codes, pending };
}

/** What stands in the tables whose rows change. */
interface SummedTables {
  readonly sums: TableSums;
  readonly codes: CodeCache;
  readonly edited: readonly TamperedRow[];
  readonly count: number;
  /** The tables that have more rows than were read. */
  readonly pending: readonly TableName[];
}

/** @param mayLeave whether the rest of a large table may be read later */
export async function readSummedTables(
  store: Pick<Store, 'get' | 'list'>,
  mac: RowMac,
  mayLeave = false,
): Promise<SummedTables> {
  const sums = new TableSums(mac);
  const codes = new CodeCache(store);
  const edited: TamperedRow[] = [];
  const pending: TableName[] = [];
  let count = 0;
  for (const table of mac.layout.summed) {
    const limit = mayLeave && !READ_WHOLE.has(table) ? MAX_READ_AT_START : Number.POSITIVE_INFINITY;
    let ofTable = 0;
    for await (const rows of pagesOf(store, table)) {
      ofTable += rows.length;
      edited.push(...unsealedRows(table, rows, mac));
      for (const row of rows) {
        if (row.mac == null) continue;
        sums.add(table, row.mac);
        codes.set(table, keyOfRow(table, row), row.mac);
      }
      if (ofTable < limit || rows.length < PAGE) continue;
      pending.push(table);
      codes.leaveOpen(table);
      break;
    }
    count += ofTable;
  }
  return { sums, codes, edited, count, pending };
}

/** The number of the seal, once the sums of the tables that were read are those that it vouches for. */
function versionOf(seal: StoredSeal | null, mac: RowMac, { sums, pending }: SummedTables): number {
  if (seal === null) throw storeTampered([{ table: 'seals', key: SEAL_ID }], []);
  const lacking = mac.layout.summed.filter(
    (table) => !pending.includes(table) && sums.codeOf(table) !== seal.tables[table],
  );
  if (lacking.length > 0) throw storeTampered([], lacking);
  return seal.version;
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
