export { bannedHashes, signBanList } from './ban-list/ban-list.ts';
export { type BanListCode, type BanListVerdict, verifyBanList } from './ban-list/verify-ban-list.ts';
export type { EvidenceFinding } from './finding.ts';
export { keyIdOf } from './key/public-key.ts';
export {
  generateSigningKey,
  publicKeyFromPem,
  type SigningKey,
  signingKeyFromPem,
} from './key/signing-key.ts';
export { signCheckpoint } from './log/checkpoint.ts';
export { consistencyProof, inclusionProof, merkleRoot } from './log/merkle.ts';
export { verifyCheckpoint } from './log/verify-checkpoint.ts';
export { type LogEvidence, verifyLog } from './log/verify-log.ts';
export { verifyConsistency, verifyInclusion } from './log/verify-proof.ts';
export { signManifest } from './package/dsse.ts';
export { buildManifest } from './package/manifest.ts';
export { packageHash } from './package/package-folder.ts';
export { hashFiles } from './package/package-hash.ts';
export { type Attestation, type AttestCode, verifyManifest } from './package/verify-manifest.ts';
export { loadManifest, verifyPackage, writeManifest } from './package/verify-package.ts';
export { receiptHash, signReceipt } from './receipt/receipt.ts';
export { appendReceipt, createReceiptChain, type ReceiptChain } from './receipt/receipt-chain.ts';
export { verifyReceipts } from './receipt/verify-receipts.ts';
