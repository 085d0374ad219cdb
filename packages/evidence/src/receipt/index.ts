export type { ReceiptFindingCode } from '../finding.ts';
export {
  type ReceiptDraft,
  type ReceiptSeal,
  receiptHash,
  receiptLeaf,
  type SealedReceipt,
  sealReceipt,
  signReceipt,
} from './receipt.ts';
export {
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
