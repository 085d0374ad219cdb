import { TILE_WIDTH } from '@wcp/evidence/tiles';
import type { Receipt } from '@wcp/spec';
import type { SealedStore } from '../seal/sealed-store.ts';
import type { TableName } from '../store/store.ts';

/** What is archived: receipts before a position, or of decisions before a time. */
export type ArchiveBefore = { readonly position: number } | { readonly time: string };

/** The last receipts stay: they are checked whenever the log is opened. */
const STAYING = 1_000;
/** Rows that name decisions which are not over. */
const UNFINISHED: readonly TableName[] = ['dispatches', 'approvals', 'idempotency'];
const PAGE = 1_000;

/**
 * How far a log may be archived: whole tiles, nothing of the last receipts, and nothing that something unfinished, such
 * as a hold, stands on.
 */
export async function archiveBoundary(
  store: SealedStore,
  log: { readonly from: number; readonly size: number },
  before: ArchiveBefore,
): Promise<number> {
  const wanted =
    'position' in before ? before.position : await positionAt(store, log, Date.parse(before.time));
  const unfinished = await firstUnfinished(store);
  const end = Math.min(wanted, unfinished, log.size - STAYING);
  return Math.max(log.from, Math.floor(end / TILE_WIDTH) * TILE_WIDTH);
}

/** The first position whose receipt is of this time or later: times in a log never go back. */
async function positionAt(
  store: SealedStore,
  { from, size }: { readonly from: number; readonly size: number },
  time: number,
): Promise<number> {
  let [low, high] = [from, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeFrom(store, middle);
    if (at !== null && at < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The time of a receipt, or of the next one that has a time. */
async function timeFrom(store: SealedStore, position: number): Promise<number | null> {
  for (const { receipt } of await store.list('receipts', { after: position - 1, limit: PAGE })) {
    const { dispatched_at } = JSON.parse(receipt) as Receipt;
    if (dispatched_at !== null) return Date.parse(dispatched_at);
  }
  return null;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The first receipt of the decisions that are named by what is unfinished; more are kept than need be, never fewer. */
async function firstUnfinished(store: SealedStore): Promise<number> {
  let first = Number.POSITIVE_INFINITY;
  for (const table of UNFINISHED) {
    for await (const row of rowsOf(store, table)) {
      if ('state' in row && table === 'approvals' && row.state !== 'pending') continue;
      for (const decision_id of new Set(JSON.stringify(row).match(ID) ?? [])) {
        const [made] = await store.list('receipts', { where: { decision_id }, limit: 1 });
        first = Math.min(first, made?.position ?? Number.POSITIVE_INFINITY);
      }
    }
  }
  return first;
}

async function* rowsOf(store: SealedStore, table: TableName) {
  for (let after: string | undefined; ; ) {
    const rows = await store.list(table, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* rows;
    const last = rows.at(-1) as { readonly id?: string; readonly decision_id?: string } | undefined;
    if (rows.length < PAGE || last === undefined) return;
    after = last.decision_id ?? (last.id as string);
  }
}
