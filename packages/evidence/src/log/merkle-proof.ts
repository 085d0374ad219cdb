import type { Sha256 } from '@wcp/spec';
import { type MerkleLeaf, writeHash } from './merkle-hash.ts';
import {
  checkRange,
  completeSubtrees,
  consistencyPath,
  foldSubtrees,
  inclusionPath,
  type LeafRange,
  type Subtree,
} from './merkle-path.ts';
import { createMerkleTree, MerkleTree } from './merkle-tree.ts';

/** Reads the hash of a complete subtree of a log that lies in a store. */
export type SubtreeReader = (subtree: Subtree) => Promise<Uint8Array>;

/** A log in memory: its leaves, or the tree over them. */
export type MerkleLog = readonly MerkleLeaf[] | MerkleTree;

/**
 * The proof that the leaf at `index` is among the first `size` leaves of a log (RFC 9162 section 2.1.3):
 * see {@link verifyInclusion}. From a store, only the subtrees that the proof needs are read.
 *
 * @param log its leaves or its tree, or for a log in a store, a reader of its subtrees
 * @param size absent, all leaves
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` unless 0 ≤ index < size ≤ leaves
 * @example
 * ```ts
 * import { inclusionProof } from '@wcp/evidence';
 * import type { SubtreeReader } from '@wcp/evidence/log';
 *
 * const proof = inclusionProof(['first', 'second', 'third'], 1);
 *
 * declare const readSubtree: SubtreeReader;
 * const stored = await inclusionProof(readSubtree, 1, 3);
 * console.log(proof.length === stored.length);
 * ```
 */
export function inclusionProof(log: MerkleLog, index: number, size?: number): Sha256[];
export function inclusionProof(log: SubtreeReader, index: number, size: number): Promise<Sha256[]>;
export function inclusionProof(
  log: MerkleLog | SubtreeReader,
  index: number,
  size?: number,
): Sha256[] | Promise<Sha256[]> {
  return prove(log, size, (count) => {
    checkRange(index, 0, count - 1);
    return inclusionPath(index, count);
  });
}

/**
 * The proof that the first `second` leaves of a log begin with its first `first` (RFC 9162 section 2.1.4):
 * see {@link verifyConsistency}. Empty where the two are equal. From a store, only the subtrees that the
 * proof needs are read.
 *
 * @param log its leaves or its tree, or for a log in a store, a reader of its subtrees
 * @param second absent, all leaves
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` unless 0 < first ≤ second ≤ leaves
 * @example
 * ```ts
 * import { consistencyProof } from '@wcp/evidence';
 * import { createMerkleTree } from '@wcp/evidence/log';
 *
 * const tree = createMerkleTree(['first', 'second', 'third']);
 * console.log(consistencyProof(tree, 2, 3));
 * ```
 */
export function consistencyProof(log: MerkleLog, first: number, second?: number): Sha256[];
export function consistencyProof(log: SubtreeReader, first: number, second: number): Promise<Sha256[]>;
export function consistencyProof(
  log: MerkleLog | SubtreeReader,
  first: number,
  second?: number,
): Sha256[] | Promise<Sha256[]> {
  return prove(log, second, (count) => {
    checkRange(first, 1, count);
    return consistencyPath(first, count);
  });
}

type PathOf = (size: number) => LeafRange[];

function prove(log: MerkleLog | SubtreeReader, size: number | undefined, pathOf: PathOf) {
  if (typeof log === 'function') return proveFromStore(log, size, pathOf);
  const count = log instanceof MerkleTree ? log.size : log.length;
  const proven = size === undefined ? count : size;
  checkRange(proven, 1, count);
  const path = pathOf(proven);
  const tree = log instanceof MerkleTree ? log : createMerkleTree(log.slice(0, proven));
  return path.map((range) =>
    writeHash(foldSubtrees(completeSubtrees(range).map((subtree) => tree.hashOf(subtree)))),
  );
}

async function proveFromStore(read: SubtreeReader, size: unknown, pathOf: PathOf): Promise<Sha256[]> {
  checkRange(size, 1, Number.MAX_SAFE_INTEGER);
  const hashes: Sha256[] = [];
  for (const range of pathOf(size)) {
    hashes.push(writeHash(foldSubtrees(await Promise.all(completeSubtrees(range).map(read)))));
  }
  return hashes;
}
