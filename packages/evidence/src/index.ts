export { type BanListDraft, bannedHashes, parseBanList, signBanList } from './ban-list.ts';
export {
  readVerifierKey,
  signCheckpoint,
  type TreeHead,
  writeVerifierKey,
} from './checkpoint.ts';
export { type DsseEnvelope, signManifest } from './dsse.ts';
export type {
  CheckpointFindingCode,
  EvidenceFinding,
  LogFindingCode,
  ReceiptFindingCode,
} from './finding.ts';
export { buildManifest, type ManifestDraft, signManifestHmac } from './manifest.ts';
export { consistencyProof, createMerkleTree, inclusionProof, merkleRoot } from './merkle.ts';
export { frontierOf, type HashedSubtree, MerkleFrontier } from './merkle-frontier.ts';
export type { MerkleLeaf } from './merkle-hash.ts';
export type { Subtree } from './merkle-path.ts';
export { proveConsistency, proveInclusion, type SubtreeReader, subtreeHash } from './merkle-proof.ts';
export type { MerkleTree } from './merkle-tree.ts';
export {
  loadManifest,
  MANIFEST_FILE,
  type PackageAttestation,
  verifyPackage,
  writeManifest,
} from './package.ts';
export { packageHash } from './package-folder.ts';
export { hashFiles, type PackageFile } from './package-hash.ts';
export { keyIdOf } from './public-key.ts';
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
export {
  generateSigningKey,
  publicKeyFromPem,
  type SigningKey,
  signingKeyFromPem,
  signingKeyFromSeed,
} from './signing-key.ts';
export {
  type BanListCode,
  type BanListExpectation,
  type BanListVerdict,
  verifyBanList,
} from './verify-ban-list.ts';
export { type CheckpointReading, verifyCheckpoint } from './verify-checkpoint.ts';
export { type LogEvidence, verifyLog } from './verify-log.ts';
export {
  type Attestation,
  type AttestCode,
  type AttestExpectation,
  type ManifestClaim,
  verifyManifest,
} from './verify-manifest.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './verify-proof.ts';
export { verifyReceipts } from './verify-receipts.ts';
export { verifySignature } from './verify-signature.ts';
