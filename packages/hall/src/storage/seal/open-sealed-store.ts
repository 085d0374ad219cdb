import type { SigningKey } from '@wcp/evidence';
import { keyIdOf } from '@wcp/evidence/key';
import { WcpError } from '@wcp/spec';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import type { Key, SealRow, Store, TableName, Tables } from '../store/store.ts';
import { keyOfRow, SUMMED_TABLES } from '../store/tables.ts';
import { CodeCache } from './code-cache.ts';
import { RowMac } from './row-mac.ts';
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
 *   `ERR_WCP_STORE` where they are sealed with a key of which the secret half is not known
 */
export async function openSealedStore(store: Store, identity: LedgerIdentity): Promise<SealedStore> {
  const macs = macsOf(identity);
  const stored = await store.get('seals', SEAL_ID);
  checkKey(stored, identity, macs);
  const seal = stored === null ? null : readSeal(stored, macs);
  const held = seal === null || seal.key_id !== macs[0].keyId ? null : TableSums.from(seal, macs[0]);
  const read = await readSummedTables(store, macs, held !== null);
  if (read.edited.length > 0) throw storeTampered(read.edited, []);
  const { pending, codes } = read;
  const version = read.count === 0 && stored === null ? 0 : versionOf(seal, macs, read);
  return new SealedStore(store, { version, sums: held ?? read.sums[0], macs, codes, pending });
}

/** What stands in the tables whose rows change. */
interface SummedTables {
  /** As each of the keys sums them. */
  readonly sums: readonly [TableSums, ...TableSums[]];
  readonly codes: CodeCache;
  readonly edited: readonly TamperedRow[];
  readonly count: number;
  /** The tables that have more rows than were read. */
  readonly pending: readonly TableName[];
}

/** @param mayLeave whether the rest of a large table may be read later */
async function readSummedTables(
  store: Store,
  macs: StoreSeal['macs'],
  mayLeave: boolean,
): Promise<SummedTables> {
  const sums = macs.map((mac) => new TableSums(mac)) as [TableSums, ...TableSums[]];
  const codes = new CodeCache(store);
  const edited: TamperedRow[] = [];
  const pending: TableName[] = [];
  let count = 0;
  for (const table of SUMMED_TABLES) {
    const limit = mayLeave && !READ_WHOLE.has(table) ? MAX_READ_AT_START : Number.POSITIVE_INFINITY;
    let ofTable = 0;
    for await (const rows of pagesOf(store, table)) {
      ofTable += rows.length;
      edited.push(...unsealedRows(table, rows, macs));
      for (const row of rows) {
        if (row.mac == null) continue;
        for (const each of sums) each.add(table, row.mac);
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
function versionOf(
  seal: StoredSeal | null,
  macs: readonly RowMac[],
  { sums, pending }: SummedTables,
): number {
  if (seal === null) throw storeTampered([{ table: 'seals', key: SEAL_ID }], []);
  const read = sums[macs.findIndex(({ keyId }) => keyId === seal.key_id)] as TableSums;
  const lacking = SUMMED_TABLES.filter(
    (table) => !pending.includes(table) && read.codeOf(table) !== seal.tables[table],
  );
  if (lacking.length > 0) throw storeTampered([], lacking);
  return seal.version;
}

/** The keys whose rows count: a former one only where its secret half is there as well. */
export function macsOf({ key, origin, former_keys = [] }: LedgerIdentity): StoreSeal['macs'] {
  const former = former_keys.filter((each): each is SigningKey => typeof each !== 'string');
  return [new RowMac(key, origin), ...former.map((each) => new RowMac(each, origin))];
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

async function* pagesOf<T extends TableName>(store: Store, table: T): AsyncGenerator<Tables[T][]> {
  let after: Key | undefined;
  for (;;) {
    const rows = await store.list(table, { limit: PAGE, ...(after !== undefined && { after }) });
    yield rows;
    if (rows.length < PAGE) return;
    after = keyOfRow(table, rows.at(-1) as Tables[T]);
  }
}
