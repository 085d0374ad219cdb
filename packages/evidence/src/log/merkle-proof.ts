import type { Sha256 } from '@wcp/spec';
import { hashNode, writeHash } from './merkle-hash.ts';
import {
  completeSubtrees,
  consistencyPath,
  foldSubtrees,
  inclusionPath,
  type LeafRange,
  type Subtree,
} from './merkle-path.ts';
import { checkRange } from './merkle-tree.ts';

/** Gives the hash of a complete subtree of a log that lies in a store. */
export type SubtreeReader = (subtree: Subtree) => Promise<Uint8Array>;

/**
 * The proof that the leaf at `index` is among the first `size` of a log that lies in a store.
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` unless 0 ≤ index < size
 */
export async function proveInclusion(index: number, size: number, read: SubtreeReader): Promise<Sha256[]> {
  checkRange(size, 1, Number.MAX_SAFE_INTEGER);
  checkRange(index, 0, size - 1);
  return hashesOf(inclusionPath(index, size), read);
}

/**
 * The proof that the first `second` leaves of a log that lies in a store begin with the first `first`.
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` unless 0 < first ≤ second
 */
export async function proveConsistency(
  first: number,
  second: number,
  read: SubtreeReader,
): Promise<Sha256[]> {
  checkRange(second, 1, Number.MAX_SAFE_INTEGER);
  checkRange(first, 1, second);
  return hashesOf(consistencyPath(first, second), read);
}

/** The hash of a complete subtree from the hashes of its leaves, whose number is a power of two. */
export function subtreeHash(leafHashes: readonly Uint8Array[]): Uint8Array {
  let level = leafHashes;
  while (level.length > 1) level = pairsOf(level).map(([left, right]) => hashNode(left, right));
  return level[0] as Uint8Array;
}

function pairsOf(level: readonly Uint8Array[]): [Uint8Array, Uint8Array][] {
  return Array.from({ length: level.length / 2 }, (_, index) => [
    level[2 * index] as Uint8Array,
    level[2 * index + 1] as Uint8Array,
  ]);
}

async function hashesOf(ranges: readonly LeafRange[], read: SubtreeReader): Promise<Sha256[]> {
  const hashes: Sha256[] = [];
  for (const range of ranges) {
    hashes.push(writeHash(foldSubtrees(await Promise.all(completeSubtrees(range).map(read)))));
  }
  return hashes;
}
