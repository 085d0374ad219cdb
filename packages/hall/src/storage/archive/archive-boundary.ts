import { TILE_WIDTH } from '@wcp/evidence/tiles';
import type { Receipt } from '@wcp/spec';
import type { SealedStore } from '../seal/sealed-store.ts';
import type { Key, Tables } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';

/** What is archived: receipts before a position, or of decisions before a time. */
export type ArchiveBefore = { readonly position: number } | { readonly time: string };

/** The last receipts stay: they are checked whenever the log is opened. */
const STAYING = 1_000;
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

/** The first receipt of the decisions that wait for a human or for their outcome. */
async function firstUnfinished(store: SealedStore): Promise<number> {
  let first = Number.POSITIVE_INFINITY;
  for await (const { decision_id } of rowsOf(store, 'dispatches')) {
    first = Math.min(first, await positionOf(store, decision_id));
  }
  for await (const { id, state } of rowsOf(store, 'approvals')) {
    if (state === 'pending') first = Math.min(first, await positionOf(store, id));
  }
  return first;
}

async function positionOf(store: SealedStore, decision_id: string): Promise<number> {
  const [made] = await store.list('receipts', { where: { decision_id }, limit: 1 });
  return made?.position ?? Number.POSITIVE_INFINITY;
}

async function* rowsOf<T extends 'dispatches' | 'approvals'>(
  store: SealedStore,
  table: T,
): AsyncGenerator<Tables[T]> {
  for (let after: Key | undefined; ; ) {
    const rows = await store.list(table, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = keyOfRow(table, last);
  }
}
