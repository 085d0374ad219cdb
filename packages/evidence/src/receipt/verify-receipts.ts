import { finding, type ReceiptFindingCode } from '../base/finding.ts';
import { listOf, own } from '../base/own-member.ts';
import { refuted, type Verification, verificationOf } from '../base/verification.ts';
import { ReceiptExaminer } from './receipt-examiner.ts';

/**
 * Verifies receipts and their chains (section 13, "Receipts"); the findings are in the order of the list.
 * Takes any value and never throws. Receipts that were cut off the end of a chain, and streams that are
 * missing as a whole, show only against a checkpoint: see {@link verifyLog}.
 *
 * @param receipts an array of receipts, of one stream or of many, each stream in its order
 * @param keys the known public keys: `{signing_key_id: 64 hexadecimal digits}`
 * @example
 * ```ts
 * import type { Receipt } from '@wcp/spec';
 * import { generateSigningKey, verifyReceipts } from '@wcp/evidence';
 *
 * declare const receipts: Receipt[];
 * const key = generateSigningKey();
 * const { ok, findings } = verifyReceipts(receipts, { [key.keyId]: key.publicKey });
 * if (!ok) for (const { index, code } of findings) console.log(index, code);
 * ```
 */
export function verifyReceipts(receipts: unknown, keys: unknown): Verification<ReceiptFindingCode> {
  const list = listOf(receipts);
  if (list === null) return refuted('RECEIPT_MALFORMED');
  const examiner = new ReceiptExaminer((keyId) => own(keys, keyId));
  return verificationOf(
    list.flatMap((receipt, index) => examiner.examine(receipt).codes.map((code) => finding(code, index))),
  );
}
