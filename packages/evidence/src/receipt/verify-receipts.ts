import { type EvidenceFinding, finding, type ReceiptFindingCode } from '../finding.ts';
import { listOf } from '../own-member.ts';
import { ReceiptExaminer } from './receipt-examiner.ts';

/**
 * Everything wrong with receipts and their chains (section 13, "Receipts"), in the order of the list;
 * an empty answer means that they hold. Takes any value and never throws. What was cut off the end of a
 * chain, and a stream that is missing as a whole, only a checkpoint can show: see {@link verifyLog}.
 *
 * @param receipts a list of receipts, of one stream or of many, each stream in its order
 * @param keys the known public keys: `{signing_key_id: 64 hexadecimal digits}`
 * @example verifyReceipts(receipts, { [key.keyId]: key.publicKey }) // []
 */
export function verifyReceipts(receipts: unknown, keys: unknown): EvidenceFinding<ReceiptFindingCode>[] {
  const list = listOf(receipts);
  if (list === null) return [finding(0, 'RECEIPT_MALFORMED')];
  const examiner = new ReceiptExaminer(keys);
  return list.flatMap((receipt, index) =>
    examiner.examine(receipt).codes.map((code) => finding(index, code)),
  );
}
