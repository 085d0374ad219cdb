import { hash } from 'node:crypto';
import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';

/** A leaf of a log: bytes, or a text whose UTF-8 is meant. */
export type MerkleLeaf = string | Uint8Array;

const WRITTEN = /^sha256:[0-9a-f]{64}$/;

/**
 * The hash of a leaf (RFC 9162 section 2.1.1): SHA-256 of 0x00 and the leaf.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for a text with a lone surrogate
 */
export function hashLeaf(leaf: MerkleLeaf): Buffer {
  if (typeof leaf !== 'string') return sha256(prefixed(leaf));
  if (!leaf.isWellFormed()) {
    throw new WcpError('ERR_WCP_CANONICAL_JSON', 'A leaf with a lone surrogate cannot be written as UTF-8.');
  }
  return sha256(`\0${leaf}`);
}

/** By way of a text, which takes half the time of a buffer with memory of its own. */
function sha256(data: string | Uint8Array): Buffer {
  return Buffer.from(hash('sha256', data, 'binary'), 'binary');
}

/** Bytes of a leaf that is longer than almost every receipt. */
const ROOM = 16_384;
const leafRoom = Buffer.alloc(1 + ROOM);

/** A leaf behind its 0x00, in a room that the next one takes. */
function prefixed(leaf: Uint8Array): Uint8Array {
  if (leaf.length > ROOM) return Buffer.concat([Buffer.of(0), leaf]);
  leafRoom.set(leaf, 1);
  return leafRoom.subarray(0, 1 + leaf.length);
}

const node = new Uint8Array(65).fill(1, 0, 1);

/** The hash of an inner node: SHA-256 of 0x01 and the hashes of its children. */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/**
 * The hash of a complete subtree from the hashes of its leaves, whose number is a power of two.
 *
 * @example
 * ```ts
 * import { createMerkleTree, subtreeHash } from '@wcp/evidence/log';
 *
 * const tree = createMerkleTree(['first', 'second']);
 * const leafHashes = [0, 1].map((index) => tree.hashOf({ height: 0, index }));
 * console.log(Buffer.compare(subtreeHash(leafHashes), tree.hashOf({ height: 1, index: 0 }))); // 0
 * ```
 */
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

/** The hash of the tree without leaves. */
export function hashNothing(): Buffer {
  return sha256('');
}

/** A hash as the wire writes it. */
export function writeHash(bytes: Uint8Array): Sha256 {
  return `sha256:${Buffer.from(bytes).toString('hex')}`;
}

/** The bytes of a hash as the wire writes it, or null. */
export function readHash(text: unknown): Buffer | null {
  return typeof text === 'string' && WRITTEN.test(text) ? Buffer.from(text.slice(7), 'hex') : null;
}
