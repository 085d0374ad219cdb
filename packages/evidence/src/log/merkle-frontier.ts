import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import { hashLeaf, hashNode, hashNothing, type MerkleLeaf, writeHash } from './merkle-hash.ts';
import { completeSubtrees, foldSubtrees, type Subtree } from './merkle-path.ts';

/** A complete subtree and its hash. */
export interface HashedSubtree extends Subtree {
  readonly hash: Uint8Array;
}

/**
 * The right edge of a growing Merkle tree (RFC 9162): all it takes to append to a log of any length and to
 * know its root, with at most one hash for each power of two. The rest of the tree lies in a store.
 *
 * @example
 * ```ts
 * import { MerkleFrontier } from '@wcp/evidence/log';
 *
 * const frontier = new MerkleFrontier();
 * for (const { height, index } of frontier.append('first')) console.log(height, index); // 0 0
 * console.log(frontier.size, frontier.root());
 * ```
 */
export class MerkleFrontier {
  /** From left to right, each lower than the one before it. */
  readonly #edge: HashedSubtree[];
  #size: number;

  /**
   * @param size the number of leaves
   * @param hashes one for each subtree of {@link frontierOf} that size, in its order
   * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` for any other number of hashes
   */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    const places = frontierOf(size);
    if (places.length !== hashes.length) {
      throw new WcpError(
        'ERR_WCP_MERKLE_RANGE',
        `The edge of a tree of ${size} leaves has ${places.length} hashes.`,
      );
    }
    this.#size = size;
    this.#edge = places.map((place, index) => ({ ...place, hash: hashes[index] as Uint8Array }));
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Appends a leaf and returns the subtrees that it completed, from itself upwards. */
  append(leaf: MerkleLeaf): HashedSubtree[] {
    return this.appendHash(hashLeaf(leaf));
  }

  /** Appends a leaf of which the hash is known, as {@link append} does. */
  appendHash(hash: Uint8Array): HashedSubtree[] {
    let top: HashedSubtree = { height: 0, index: this.#size, hash };
    const completed = [top];
    for (let left = this.#edge.at(-1); left?.height === top.height; left = this.#edge.at(-1)) {
      this.#edge.pop();
      top = { height: top.height + 1, index: left.index / 2, hash: hashNode(left.hash, top.hash) };
      completed.push(top);
    }
    this.#edge.push(top);
    this.#size += 1;
    return completed;
  }

  /** The root over all leaves. */
  root(): Sha256 {
    return writeHash(this.#size === 0 ? hashNothing() : foldSubtrees(this.#edge.map(({ hash }) => hash)));
  }

  /** An independent copy, for a commit that may fail. */
  fork(): MerkleFrontier {
    return new MerkleFrontier(
      this.#size,
      this.#edge.map(({ hash }) => hash),
    );
  }
}

/**
 * The complete subtrees at the right edge of a tree of `size` leaves, from left to right.
 *
 * @example
 * ```ts
 * import { frontierOf } from '@wcp/evidence/log';
 *
 * console.log(frontierOf(3)); // [{ height: 1, index: 0 }, { height: 0, index: 2 }]
 * ```
 */
export function frontierOf(size: number): Subtree[] {
  return completeSubtrees({ start: 0, size });
}
