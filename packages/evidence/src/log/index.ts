export type {
  CheckpointFindingCode,
  DisclosureFindingCode,
  LogFindingCode,
  ProofFindingCode,
} from '../base/finding.ts';
export { type NotChecked, type NotCheckedCode, notChecked } from '../base/not-checked.ts';
export {
  readVerifierKey,
  signCheckpoint,
  signCheckpointWith,
  type TreeHead,
  writeVerifierKey,
} from './checkpoint.ts';
export { followLogKey } from './follow-log-key.ts';
export { type KeyRotation, keyRevocation, keyRotation, rotationText } from './key-change.ts';
export { type KeyHistory, type KeyTerm, type ReceiptAtPosition, readKeyHistory } from './key-history.ts';
export { frontierOf, type HashedSubtree, MerkleFrontier } from './merkle-frontier.ts';
export { type MerkleLeaf, subtreeHash } from './merkle-hash.ts';
export type { Subtree } from './merkle-path.ts';
export { consistencyProof, inclusionProof, type MerkleLog, type SubtreeReader } from './merkle-proof.ts';
export { createMerkleTree, type MerkleTree, merkleRoot } from './merkle-tree.ts';
export { type CheckpointVerification, verifyCheckpoint } from './verify-checkpoint.ts';
export {
  DISCLOSURE_FORMAT,
  type Disclosure,
  type DisclosureExpectation,
  type DisclosureVerification,
  type ProvenReceipt,
  verifyDisclosure,
} from './verify-disclosure.ts';
export { type LogEvidence, type LogVerification, verifyLog } from './verify-log.ts';
export { type LogPart, LogPartExaminer, verifyLogPart } from './verify-log-part.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './verify-proof.ts';
export { type LogTime, type TimedEvidence, TimesExaminer, verifyTimes } from './verify-times.ts';
