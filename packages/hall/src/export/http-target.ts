import type { ReceiptForm } from '@wcp/spec/hall';
import { Webhook } from 'standardwebhooks';
import type { HallClock } from '../base/hall-clock.ts';
import { type ExportBatch, type ExportTarget, type HttpTargetOptions, Refused } from './export-target.ts';
import { RECEIPT_FORMS } from './receipt-forms.ts';

const BATCH = 100;
/** Statuses that say that the same body would never be taken. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Posts receipts to an endpoint. */
export function httpTarget(
  { url, bearer, secret, batch = BATCH }: HttpTargetOptions,
  { name, form }: { readonly name: string; readonly form: ReceiptForm },
  clock: HallClock,
): ExportTarget {
  const { maxBatch, bodyOf } = RECEIPT_FORMS[form];
  return {
    maxBatch: Math.min(batch, maxBatch),
    async send({ position, documents }: ExportBatch, signal) {
      const { type, bytes } = bodyOf(documents);
      const headers = {
        'content-type': type,
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(secret !== undefined && signatureOf(secret, `${name}-${position}-${documents.length}`, bytes)),
      };
      const response = await fetch(url, { method: 'POST', headers, body: bytes, redirect: 'error', signal });
      // Its body is the receiver's, of any size, and nobody reads it.
      await response.body?.cancel();
      if (REFUSALS.has(response.status)) throw new Refused(`HTTP ${response.status}`);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
    },
    close: async () => {},
  };

  /** The id is that of the batch: whoever gets it again knows it again. */
  function signatureOf(key: string, id: string, body: Buffer): Record<string, string> {
    const sentAt = new Date(clock.now());
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, sentAt, body),
    };
  }
}
