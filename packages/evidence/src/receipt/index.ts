export type { ReceiptFindingCode } from '../base/finding.ts';
export { isForgotten, type PlacedDecision } from './is-forgotten.ts';
export { LOG_STREAM, type LogEvent, type LogStatement, logReceipt } from './log-receipt.ts';
export {
  type HashedReceipt,
  hashReceipt,
  type ReceiptDraft,
  type ReceiptSeal,
  receiptHash,
  receiptLeaf,
  type SignedReceipt,
  signReceipt,
} from './receipt.ts';
export {
  type AppendedReceipt,
  appendReceipt,
  createReceiptChain,
  type ReceiptChain,
  type ReceiptHead,
  type ReceiptHeads,
  receiptHeads,
} from './receipt-chain.ts';
export {
  type DecisionEvidence,
  decisionReceipt,
  draftDecision,
  type OutcomeEvidence,
  outcomeReceipt,
} from './receipt-draft.ts';
export { verifyReceipts } from './verify-receipts.ts';
