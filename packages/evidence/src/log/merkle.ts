import type { Sha256 } from '@wcp/spec';
import type { MerkleLeaf } from './merkle-hash.ts';
import { checkRange, MerkleTree } from './merkle-tree.ts';

/**
 * A Merkle tree (RFC 9162) over leaves that are here or still to come: for a log that grows.
 *
 * @example const tree = createMerkleTree(); tree.append(canonicalJson(receipt)); tree.root();
 */
export function createMerkleTree(leaves: Iterable<MerkleLeaf> = []): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

/**
 * The root of the Merkle tree (RFC 9162) over the first `size` leaves; of no leaves, the SHA-256 of nothing.
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` where `size` is out of range (section 13, "`merkle`")
 */
export function merkleRoot(leaves: readonly MerkleLeaf[], size: number = leaves.length): Sha256 {
  checkRange(size, 0, leaves.length);
  return createMerkleTree(leaves.slice(0, size)).root();
}

/**
 * The proof that the leaf at `index` is among the first `size`: see {@link verifyInclusion}.
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` unless 0 ≤ index < size ≤ leaves
 */
export function inclusionProof(
  leaves: readonly MerkleLeaf[],
  index: number,
  size: number = leaves.length,
): Sha256[] {
  checkRange(size, 1, leaves.length);
  return createMerkleTree(leaves.slice(0, size)).inclusionProof(index);
}

/**
 * The proof that the log of `second` leaves only added to that of `first`: see {@link verifyConsistency}.
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` unless 0 < first ≤ second ≤ leaves
 */
export function consistencyProof(
  leaves: readonly MerkleLeaf[],
  first: number,
  second: number = leaves.length,
): Sha256[] {
  checkRange(second, 1, leaves.length);
  return createMerkleTree(leaves.slice(0, second)).consistencyProof(first);
}
