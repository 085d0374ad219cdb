export { type BanListDraft, bannedHashes, signBanList } from './ban-list/ban-list.ts';
export {
  type BanListExpectation,
  type BanListVerification,
  verifyBanList,
} from './ban-list/verify-ban-list.ts';
export type { AttestCode, BanListCode, EvidenceFinding, EvidenceFindingCode } from './base/finding.ts';
export type { Verification } from './base/verification.ts';
export { keyIdOf } from './key/public-key.ts';
export {
  generateSigningKey,
  publicKeyFromPem,
  type SigningKey,
  signingKeyFromPem,
} from './key/signing-key.ts';
export { signCheckpoint, type TreeHead } from './log/checkpoint.ts';
export { consistencyProof, inclusionProof } from './log/merkle-proof.ts';
export { createMerkleTree, merkleRoot } from './log/merkle-tree.ts';
export { type CheckpointVerification, verifyCheckpoint } from './log/verify-checkpoint.ts';
export {
  type Disclosure,
  type DisclosureExpectation,
  type DisclosureVerification,
  verifyDisclosure,
} from './log/verify-disclosure.ts';
export { type LogEvidence, type LogVerification, verifyLog } from './log/verify-log.ts';
export { verifyConsistency, verifyInclusion } from './log/verify-proof.ts';
export { type LogTime, type TimedEvidence, verifyTimes } from './log/verify-times.ts';
export { signManifest } from './package/dsse.ts';
export { buildManifest } from './package/manifest.ts';
export { packageHash } from './package/package-folder.ts';
export { hashFiles } from './package/package-hash.ts';
export { type AttestExpectation, verifyManifest } from './package/verify-manifest.ts';
export { loadManifest, verifyPackage, writeManifest } from './package/verify-package.ts';
export { type ReceiptDraft, receiptHash, receiptLeaf, signReceipt } from './receipt/receipt.ts';
export { appendReceipt, createReceiptChain, type ReceiptChain } from './receipt/receipt-chain.ts';
export { decisionReceipt, outcomeReceipt } from './receipt/receipt-draft.ts';
export { verifyReceipts } from './receipt/verify-receipts.ts';
