import type { ReceiptRow, Store } from '../../storage/store/store.ts';
import { type Items, type Page, positionOf } from '../pagination.ts';

/** Which receipts. */
export interface ReceiptFilter {
  readonly stream?: string;
  readonly correlation_id?: string;
  readonly decision_id?: string;
  readonly kind?: string;
}

/** A page of receipts in the order of the log; the cursor is the position of the last one. */
export async function listReceipts(
  store: Store,
  filter: ReceiptFilter,
  page: Page,
): Promise<Items<ReceiptRow>> {
  const after = positionOf(page);
  const query = { where: filter, limit: page.limit + 1, ...(after !== null && { after }) };
  const rows = await store.list('receipts', query);
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items,
    next_cursor: rows.length > page.limit && last !== undefined ? String(last.position) : null,
  };
}
