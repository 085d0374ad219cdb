import { type Sha256, WcpError } from '@wcp/spec';
import { hashLeaf, hashNode, hashNothing, type MerkleLeaf, writeHash } from './merkle-hash.ts';
import {
  completeSubtrees,
  consistencyPath,
  foldSubtrees,
  inclusionPath,
  type LeafRange,
} from './merkle-path.ts';

const HASH_BYTES = 32;

/**
 * A growing Merkle tree (RFC 9162 section 2.1). It keeps the hash of every complete subtree, 64 bytes a
 * leaf in all, so that a leaf costs two hashes and a root or a proof of any earlier size a few lookups.
 */
export class MerkleTree {
  readonly #levels: HashList[] = [new HashList()];

  /** How many leaves there are. */
  get size(): number {
    return this.#level(0).length;
  }

  /** Adds a leaf and gives its index. */
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
    return writeHash(size === 0 ? hashNothing() : this.#hashOf({ start: 0, size }));
  }

  /**
   * The proof that the leaf at `index` is among the first `size` (RFC 9162 section 2.1.3).
   *
   * @throws {WcpError} `ERR_WCP_MERKLE_RANGE`
   */
  inclusionProof(index: number, size: number = this.size): Sha256[] {
    checkRange(size, 1, this.size);
    checkRange(index, 0, size - 1);
    return inclusionPath(index, size).map((range) => writeHash(this.#hashOf(range)));
  }

  /**
   * The proof that the first `second` leaves begin with the first `first` (RFC 9162 section 2.1.4);
   * empty between equal trees.
   *
   * @throws {WcpError} `ERR_WCP_MERKLE_RANGE`
   */
  consistencyProof(first: number, second: number = this.size): Sha256[] {
    checkRange(second, 1, this.size);
    checkRange(first, 1, second);
    return consistencyPath(first, second).map((range) => writeHash(this.#hashOf(range)));
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

  #hashOf(range: LeafRange): Uint8Array {
    return foldSubtrees(completeSubtrees(range).map(({ height, index }) => this.#level(height).at(index)));
  }
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

/** Refuses a number out of range, or no integer. */
export function checkRange(value: number, least: number, greatest: number): void {
  if (Number.isInteger(value) && value >= least && value <= greatest) return;
  throw new WcpError('ERR_WCP_MERKLE_RANGE', `Expected an integer from ${least} to ${greatest}.`);
}
