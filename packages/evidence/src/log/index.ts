export type { CheckpointFindingCode, LogFindingCode } from '../finding.ts';
export { readVerifierKey, signCheckpoint, type TreeHead, writeVerifierKey } from './checkpoint.ts';
export { consistencyProof, createMerkleTree, inclusionProof, merkleRoot } from './merkle.ts';
export { frontierOf, type HashedSubtree, MerkleFrontier } from './merkle-frontier.ts';
export type { MerkleLeaf } from './merkle-hash.ts';
export type { Subtree } from './merkle-path.ts';
export { proveConsistency, proveInclusion, type SubtreeReader, subtreeHash } from './merkle-proof.ts';
export type { MerkleTree } from './merkle-tree.ts';
export { type CheckpointReading, verifyCheckpoint } from './verify-checkpoint.ts';
export { type LogEvidence, verifyLog } from './verify-log.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from './verify-proof.ts';
