import type { Receipt } from '@wcp/spec';

/** A receipt, and where it stands: what its other forms are made from. */
export interface PlacedReceipt {
  /** The name of the log. */
  readonly origin: string;
  /** Its position in the log. */
  readonly position: number;
  readonly receipt: Receipt;
}

/** The name of a log as a URI: what issued a form of one of its receipts. */
export function logUri(origin: string): string {
  return `urn:wcp:log:${origin.toWellFormed().split('/').map(encodeURIComponent).join('/')}`;
}

/** What a receipt is about: its decision, else the key that changed, else the worker, else the receipt itself. */
export function subjectOf({ receipt_id, decision_id, worker_id, key }: Receipt): string {
  return decision_id || key?.key_id || worker_id || receipt_id;
}
