import type { Change, Store } from '../store/store.ts';
import { isSummed, keyOfRow } from '../store/tables.ts';
import type { Appended, BasisRow, Entry } from './entry.ts';
import type { TouchedRows } from './touched-rows.ts';

/** What every decision rests on: whatever others change there holds for each decision that is committed after it. */
const OF_DECISIONS: readonly BasisRow[] = [
  { table: 'freezes' },
  { table: 'workers' },
  { table: 'authorities' },
  { table: 'ban_lists' },
  { table: 'api_keys' },
  { table: 'issuers' },
];

/** Why entries do not become durable, by their places. */
export type Refusals = ReadonlyMap<number, NonNullable<Appended['refused']>>;

/** The entries that rest on rows which others have changed meanwhile, and outcomes of what has one already. */
export async function refusedOf(
  entries: readonly Entry[],
  touched: TouchedRows,
  store: Pick<Store, 'list'>,
): Promise<Refusals> {
  const refused = new Map<number, NonNullable<Appended['refused']>>();
  for (const [index, { basis }] of entries.entries()) {
    if (basis === undefined) continue;
    const together = entries.slice(index, index + basis.entries);
    const reads = [...(basis.reads ?? []), ...together.flatMap(readBy)];
    const isSettled = await isAnySettled(together, touched, store);
    if (!isSettled && touched.holds(basis.commit, reads)) continue;
    for (const at of together.keys()) refused.set(index + at, isSettled ? 'settled' : 'outdated');
  }
  return refused;
}

/** Whether one of the dispatches whose outcome this is has one already: there is one outcome. */
async function isAnySettled(
  entries: readonly Entry[],
  touched: TouchedRows,
  store: Pick<Store, 'list'>,
): Promise<boolean> {
  for (const { evidence } of entries) {
    if (evidence?.kind !== 'outcome') continue;
    const { decision_id, outcome } = evidence;
    // What is settled as unknown may have ended meanwhile, here as well.
    if (outcome.status !== 'unknown' && !touched.mayHave('dispatches', decision_id)) continue;
    const ended = await store.list('receipts', { where: { decision_id, kind: 'outcome' }, limit: 1 });
    if (ended.length > 0) return true;
  }
  return false;
}

/** Whoever changes a row has read it: nobody overwrites what he has not seen. */
function readBy({ changes = [], evidence }: Entry): BasisRow[] {
  const rows = changes.filter((change) => isSummed(tableOf(change))).map(rowOf);
  return evidence?.kind === 'decision' ? [...rows, ...OF_DECISIONS] : rows;
}

function tableOf(change: Change) {
  return 'remove' in change ? change.remove : change.put;
}

function rowOf(change: Change): BasisRow {
  const table = tableOf(change);
  return { table, key: 'remove' in change ? change.key : keyOfRow(table, change.row) };
}
