import { LOG_STREAM } from '@wcp/evidence/receipt';
import type { Receipt } from '@wcp/spec';
import type { Key, Query, Store } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';
import type { PayloadStore } from './payload-store.ts';

/** Tables whose rows can be missing from a list because nobody can read them. */
export type ReadTable = 'decisions' | 'dead_letters' | 'approvals' | 'events';

/** Rows by their keys, or those of a list up to a key. */
export type RowRange =
  | { readonly keys: readonly Key[] }
  | (Pick<Query<'dead_letters'>, 'where' | 'after'> & { readonly until?: Key });

/** What is compared of a row with what was forgotten. */
interface UnreadableRow {
  readonly key: Key;
  readonly tenant_id: string | null;
  /** When it was written; null where the row does not say. */
  readonly at: string | null;
}

const PAGE = 500;

/**
 * The keys of rows whose payload is there and cannot be read, because its data key is gone without a receipt that says
 * that the tenant was forgotten. A payload that was forgotten by itself is not there any more.
 */
export async function lostRows(store: PayloadStore, table: ReadTable, range: RowRange): Promise<Key[]> {
  const unreadable: UnreadableRow[] = [];
  for await (const row of rowsIn(store.sealed, table, range)) {
    if (row.payload == null || store.isHeld(row)) continue;
    unreadable.push({ key: row.key, tenant_id: row.tenant_id, at: row.at ?? null });
  }
  if (unreadable.length === 0) return [];
  const forgotten = await forgottenTenants(store.sealed);
  return unreadable.filter((row) => !isForgotten(row, forgotten)).map(({ key }) => key);
}

interface StoredRow {
  readonly key: Key;
  readonly payload: Uint8Array | null;
  readonly tenant_id: string | null;
  readonly at?: string;
}

async function* rowsIn(store: Store, table: ReadTable, range: RowRange): AsyncGenerator<StoredRow> {
  if ('keys' in range) {
    for (const key of range.keys) {
      const row = await store.get(table, key);
      if (row !== null) yield { ...(row as unknown as StoredRow), key };
    }
    return;
  }
  const { where, until } = range;
  for (let { after } = range; ; ) {
    const query: Query<ReadTable> = {
      limit: PAGE,
      ...(where !== undefined && { where }),
      ...(after !== undefined && { after }),
    };
    const rows = await store.list(table, query);
    for (const row of rows) {
      const key = keyOfRow(table, row);
      if (until !== undefined && key > until) return;
      yield { ...(row as unknown as StoredRow), key };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = keyOfRow(table, last);
  }
}

/** When each tenant was last forgotten with its data key. */
async function forgottenTenants(store: Store): Promise<ReadonlyMap<string, string>> {
  const forgotten = new Map<string, string>();
  for (let after: number | undefined; ; ) {
    const where = { stream: LOG_STREAM, kind: 'erasure' };
    const rows = await store.list('receipts', {
      where,
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { receipt } of rows) {
      const { erasure, dispatched_at } = JSON.parse(receipt) as Receipt;
      const isWhole = erasure != null && erasure.decision_id === null && erasure.before === null;
      if (isWhole && erasure.tenant_id !== null) forgotten.set(erasure.tenant_id, dispatched_at ?? '');
    }
    after = rows.at(-1)?.position;
    if (rows.length < PAGE) return forgotten;
  }
}

/** An event says no time: whoever was forgotten once has none that count as lost. */
function isForgotten({ tenant_id, at }: UnreadableRow, forgotten: ReadonlyMap<string, string>): boolean {
  const since = tenant_id === null ? undefined : forgotten.get(tenant_id);
  return since !== undefined && (at === null || at <= since);
}
