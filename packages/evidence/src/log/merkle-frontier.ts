import { type Sha256, WcpError } from '@wcp/spec';
import { hashLeaf, hashNode, hashNothing, type MerkleLeaf, writeHash } from './merkle-hash.ts';
import { completeSubtrees, foldSubtrees, type Subtree } from './merkle-path.ts';

/** A complete subtree and its hash. */
export interface HashedSubtree extends Subtree {
  readonly hash: Uint8Array;
}

/**
 * The right edge of a growing Merkle tree (RFC 9162): all that is needed to append to a log of any length
 * and to know its root, in at most one hash for each power of two. The rest of the tree lies in a store.
 */
export class MerkleFrontier {
  /** From left to right, each lower than the one before it. */
  readonly #edge: HashedSubtree[];
  #size: number;

  /**
   * @param size how many leaves there are
   * @param hashes those of {@link frontierOf} that size, in its order
   * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` where there are more or fewer hashes than that
   */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    const places = frontierOf(size);
    if (places.length !== hashes.length) {
      throw new WcpError(
        'ERR_WCP_MERKLE_RANGE',
        `A tree of ${size} leaves has ${places.length} hashes at its edge.`,
      );
    }
    this.#size = size;
    this.#edge = places.map((place, index) => ({ ...place, hash: hashes[index] as Uint8Array }));
  }

  /** How many leaves there are. */
  get size(): number {
    return this.#size;
  }

  /** Appends a leaf and gives the subtrees that it completed, from itself upwards. */
  append(leaf: MerkleLeaf): HashedSubtree[] {
    let top: HashedSubtree = { height: 0, index: this.#size, hash: hashLeaf(leaf) };
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

  /** A copy that grows by itself: for a commit that may fail. */
  fork(): MerkleFrontier {
    return new MerkleFrontier(
      this.#size,
      this.#edge.map(({ hash }) => hash),
    );
  }
}

/** The complete subtrees at the right edge of a tree of so many leaves. */
export function frontierOf(size: number): Subtree[] {
  return completeSubtrees({ start: 0, size });
}
