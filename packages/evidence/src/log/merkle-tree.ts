import type { Sha256 } from '@wcp/spec';
import { hashLeaf, hashNode, hashNothing, type MerkleLeaf, writeHash } from './merkle-hash.ts';
import { checkRange, completeSubtrees, foldSubtrees, type Subtree } from './merkle-path.ts';

const HASH_BYTES = 32;

/**
 * A growing Merkle tree (RFC 9162 section 2.1). It stores the hash of every complete subtree, 64 bytes a
 * leaf in all, so that a leaf costs two hashes and a root or a proof of any earlier size a few lookups.
 */
export class MerkleTree {
  readonly #levels: HashList[] = [new HashList()];

  /** The number of leaves. */
  get size(): number {
    return this.#level(0).length;
  }

  /** Adds a leaf and returns its index. */
  append(leaf: MerkleLeaf): number {
    const index = this.size;
    this.#push(0, hashLeaf(leaf));
    return index;
  }

  /**
   * The root over the first `size` leaves.
   *
   * @throws {WcpError} `ERR_WCP_MERKLE_RANGE`
   */
  root(size: number = this.size): Sha256 {
    checkRange(size, 0, this.size);
    const edge = completeSubtrees({ start: 0, size }).map((subtree) => this.hashOf(subtree));
    return writeHash(size === 0 ? hashNothing() : foldSubtrees(edge));
  }

  /**
   * The hash of a complete subtree, which later leaves do not change.
   *
   * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` where the tree does not have it yet
   */
  hashOf({ height, index }: Subtree): Uint8Array {
    checkRange(index, 0, Math.floor(this.size / 2 ** height) - 1);
    return this.#level(height).at(index);
  }

  #push(height: number, hash: Uint8Array): void {
    const level = this.#level(height);
    level.push(hash);
    const { length } = level;
    if (length % 2 === 0) this.#push(height + 1, hashNode(level.at(length - 2), level.at(length - 1)));
  }

  #level(height: number): HashList {
    this.#levels[height] ??= new HashList();
    return this.#levels[height];
  }
}

/**
 * A Merkle tree (RFC 9162) over the leaves so far, for a log that grows.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a text with a lone surrogate
 * @example
 * ```ts
 * import { inclusionProof } from '@wcp/evidence';
 * import { createMerkleTree } from '@wcp/evidence/log';
 *
 * const tree = createMerkleTree(['first']);
 * const index = tree.append('second');
 * console.log(tree.root(), inclusionProof(tree, index));
 * ```
 */
export function createMerkleTree(leaves: Iterable<MerkleLeaf> = []): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

/**
 * The root of the Merkle tree (RFC 9162) over the first `size` leaves; without leaves, the SHA-256 of
 * nothing.
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` where `size` is out of range (section 13, "`merkle`")
 * @example
 * ```ts
 * import { merkleRoot } from '@wcp/evidence';
 *
 * console.log(merkleRoot(['first', 'second']), merkleRoot(['first', 'second'], 1));
 * ```
 */
export function merkleRoot(leaves: readonly MerkleLeaf[], size: number = leaves.length): Sha256 {
  checkRange(size, 0, leaves.length);
  return createMerkleTree(leaves.slice(0, size)).root();
}

/** Hashes side by side in one growing array: a million of them are 32 MB and no garbage. */
class HashList {
  length = 0;
  #bytes = new Uint8Array(16 * HASH_BYTES);

  push(hash: Uint8Array): void {
    const end = this.length * HASH_BYTES;
    if (end === this.#bytes.length) this.#grow();
    this.#bytes.set(hash, end);
    this.length += 1;
  }

  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
