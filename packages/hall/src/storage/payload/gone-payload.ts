import { isForgotten, LOG_STREAM } from '@wcp/evidence/receipt';
import type { Receipt } from '@wcp/spec';
import { notHeld, payloadLost } from '../../base/not-held.ts';
import type { ProblemError } from '../../base/problem.ts';
import type { ReceiptRow, Store } from '../store/store.ts';

/** Receipts that are read at a time. */
const PAGE = 500;

/**
 * Why the payload of a decision cannot be read: a receipt says that it was forgotten, or it is lost, as with its data
 * key. One must not be taken for the other.
 */
export async function gonePayload(store: Store, { position, receipt }: ReceiptRow): Promise<ProblemError> {
  const placed = { position, receipt: JSON.parse(receipt) as Receipt };
  const where = { stream: LOG_STREAM, kind: 'erasure' };
  for (let after: number | undefined; ; ) {
    const rows = await store.list('receipts', {
      where,
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    const erasures = rows.map((row) => JSON.parse(row.receipt) as Receipt);
    if (isForgotten(placed, erasures)) return notHeld();
    after = rows.at(-1)?.position;
    if (rows.length < PAGE) return payloadLost();
  }
}
