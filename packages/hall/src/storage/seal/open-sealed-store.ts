import type { SigningKey } from '@wcp/evidence';
import { keyIdOf } from '@wcp/evidence/key';
import { WcpError } from '@wcp/spec';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import type { Key, SealRow, Store, TableName, Tables } from '../store/store.ts';
import { keyOf } from '../store/tables.ts';
import { CodeCache } from './code-cache.ts';
import { type AnyRow, RowMac, type SealedLayout } from './row-mac.ts';
import { isSealed, SealedStore, type StoreSeal } from './sealed-store.ts';
import { readSeal, SEAL_ID, sealKeyOf, TableSums } from './store-seal.ts';
import { storeTampered, type TamperedRow } from './store-tampered.ts';

const PAGE = 1_000;

/**
 * Checks every row of the tables whose rows change, and that none is missing, added or of an earlier state; the rows
 * of the others are checked when they are read.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where rows were changed behind the Hall's back, with their names;
 *   `ERR_WCP_STORE` where they are sealed with a key of which the secret half is not known
 */
export async function openSealedStore(
  store: Pick<Store, 'get' | 'list'>,
  identity: LedgerIdentity,
): Promise<SealedStore> {
  const macs = macsOf(identity);
  const seal = await readSeals(store, identity, macs);
  return new SealedStore(store as Store, { ...seal, macs });
}

/** What the rows of a store add up to, once that is what its seal vouches for. @throws as {@link openSealedStore} */
export async function readSeals(
  store: Pick<Store, 'get' | 'list'>,
  identity: LedgerIdentity,
  macs: StoreSeal['macs'],
): Promise<Omit<StoreSeal, 'macs'>> {
  const stored = await store.get('seals', SEAL_ID);
  checkKey(stored, identity, macs);
  const read = await readSummedTables(store, macs);
  if (read.edited.length > 0) throw storeTampered(read.edited, []);
  const version = read.count === 0 && stored === null ? 0 : versionOf(stored, macs, read.sums);
  return { version, sums: read.sums[0], codes: read.codes };
}

/** What stands in the tables whose rows change. */
interface SummedTables {
  /** As each of the keys sums them. */
  readonly sums: readonly [TableSums, ...TableSums[]];
  readonly codes: CodeCache;
  readonly edited: readonly TamperedRow[];
  readonly count: number;
}

export async function readSummedTables(
  store: Pick<Store, 'get' | 'list'>,
  macs: StoreSeal['macs'],
): Promise<SummedTables> {
  const sums = macs.map((mac) => new TableSums(mac)) as [TableSums, ...TableSums[]];
  const codes = new CodeCache(store);
  const edited: TamperedRow[] = [];
  let count = 0;
  for (const table of macs[0].layout.summed) {
    for await (const rows of pagesOf(store, table)) {
      count += rows.length;
      edited.push(...unsealedRows(table, rows, macs));
      for (const row of rows) {
        if (row.mac == null) continue;
        for (const each of sums) each.add(table, row.mac);
        codes.set(table, keyOfRow(table, row), row.mac);
      }
    }
  }
  return { sums, codes, edited, count };
}

/** The number of the seal, once the sums of the tables are those that it vouches for. */
function versionOf(stored: SealRow | null, macs: StoreSeal['macs'], sums: readonly TableSums[]): number {
  const seal = stored === null ? null : readSeal(stored, macs);
  if (seal === null) throw storeTampered([{ table: 'seals', key: SEAL_ID }], []);
  const codes = (sums[macs.findIndex(({ keyId }) => keyId === seal.key_id)] as TableSums).codes();
  const lacking = macs[0].layout.summed.filter((table) => codes[table] !== seal.tables[table]);
  if (lacking.length > 0) throw storeTampered([], lacking);
  return seal.version;
}

/** The rows that were not written with one of the keys. */
export function unsealedRows<T extends TableName>(
  table: T,
  rows: readonly Tables[T][],
  macs: readonly RowMac[],
): TamperedRow[] {
  return rows
    .filter((row) => !isSealed(table, row, macs))
    .map((row) => ({ table, key: keyOfRow(table, row) }));
}

/** The keys whose rows count: a former one only where its secret half is there as well. */
export function macsOf(
  { key, origin, former_keys = [] }: LedgerIdentity,
  layout?: SealedLayout,
): StoreSeal['macs'] {
  const former = former_keys.filter((each): each is SigningKey => typeof each !== 'string');
  return [new RowMac(key, origin, layout), ...former.map((each) => new RowMac(each, origin, layout))];
}

/** An intruder may have written what the seal says of its key: it chooses between two refusals, no more. */
function checkKey(
  stored: SealRow | null,
  { former_keys = [] }: LedgerIdentity,
  macs: readonly RowMac[],
): void {
  const id = sealKeyOf(stored);
  if (typeof id !== 'string' || macs.some(({ keyId }) => keyId === id)) return;
  const isFormer = former_keys.some((each) => typeof each === 'string' && keyIdOf(each) === id);
  throw new WcpError('ERR_WCP_STORE', isFormer ? HALF_A_KEY : ANOTHER_KEY);
}

const ANOTHER_KEY =
  'The rows of the store are sealed with another key. Start the Hall with that key, or name it among its former keys.';
const HALF_A_KEY =
  'The rows of the store are sealed with a former key of which only the public half is known. Give the whole key among `former_keys`, such as `signingKeyFromPem(…)`.';

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
