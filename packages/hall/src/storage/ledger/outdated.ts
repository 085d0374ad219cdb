import type { Change } from '../store/store.ts';
import { isSummed, keyOfRow } from '../store/tables.ts';
import type { BasisRow, Entry } from './entry.ts';
import type { TouchedRows } from './touched-rows.ts';

/** The places of the entries that rest on rows which others have changed meanwhile: they do not become durable. */
export function outdatedOf(entries: readonly Entry[], touched: TouchedRows): ReadonlySet<number> {
  const outdated = new Set<number>();
  for (const [index, { basis }] of entries.entries()) {
    if (basis === undefined) continue;
    const together = entries.slice(index, index + basis.entries);
    const reads = [...basis.reads, ...together.flatMap(changedBy)];
    if (touched.holds({ ...basis, reads })) continue;
    for (const at of together.keys()) outdated.add(index + at);
  }
  return outdated;
}

/** Whoever changes a row has read it: nobody overwrites what he has not seen. */
function changedBy({ changes = [], evidence }: Entry): BasisRow[] {
  const rows = changes.filter((change) => isSummed(tableOf(change))).map(rowOf);
  return evidence?.kind === 'outcome' ? [...rows, { table: 'dispatches', key: evidence.decision_id }] : rows;
}

function tableOf(change: Change) {
  return 'remove' in change ? change.remove : change.put;
}

function rowOf(change: Change): BasisRow {
  const table = tableOf(change);
  return { table, key: 'remove' in change ? change.key : keyOfRow(table, change.row) };
}
