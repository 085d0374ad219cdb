import type { Receipt } from '@wcp/spec';
import { logUri, type PlacedReceipt, subjectOf } from './placed-receipt.ts';

/** A receipt as an event of CloudEvents 1.0 in structured mode (section 8.11). */
export interface ReceiptEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time?: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  /** Orders the events of a log as texts: the position, 16 digits. */
  readonly sequence: string;
  /** Events of one stream belong together. */
  readonly partitionkey: string;
  readonly data: Receipt;
}

/** The longest position has as many digits. */
const SEQUENCE_DIGITS = 16;

/**
 * A receipt as a CloudEvent (section 8.11). It holds the whole receipt, whose own signature still verifies, and never a
 * request or a result.
 *
 * @example
 * ```ts
 * import { type PlacedReceipt, receiptEvent } from '@wcp/evidence/form';
 *
 * declare const placed: PlacedReceipt;
 * console.log(receiptEvent(placed).type); // 'wcp.receipt.decision'
 * ```
 */
export function receiptEvent({ origin, position, receipt }: PlacedReceipt): ReceiptEvent {
  const { receipt_id, kind, stream, dispatched_at } = receipt;
  return {
    specversion: '1.0',
    id: receipt_id,
    source: logUri(origin),
    type: `wcp.receipt.${kind}`,
    subject: subjectOf(receipt),
    ...(dispatched_at !== null && { time: dispatched_at }),
    datacontenttype: 'application/json',
    dataschema: 'urn:wcp:0.2:receipt',
    sequence: String(position).padStart(SEQUENCE_DIGITS, '0'),
    partitionkey: stream,
    data: receipt,
  };
}
