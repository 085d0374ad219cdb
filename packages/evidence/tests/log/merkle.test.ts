import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.ts';
import { createMerkleTree } from '../../src/log/index.ts';

/** The test vectors of Certificate Transparency: eight leaves, the roots of their first 0..8. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map((hex) => `sha256:${hex}`);

const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafHash = (leaf: Buffer) => sha(Buffer.of(0), leaf);
const nodeHash = (left: Buffer, right: Buffer) => sha(Buffer.of(1), left, right);
const written = (hash: Buffer) => `sha256:${hash.toString('hex')}`;

/** RFC 9162, section 2.1, word for word: no index, no cache. */
function naiveSplit(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return leafHash(leaves[0] as Buffer);
  const k = naiveSplit(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}
function naivePath(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = naiveSplit(leaves.length);
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}
function naiveProof(m: number, leaves: readonly Buffer[], b = true): Buffer[] {
  if (m === leaves.length) return b ? [] : [naiveRoot(leaves)];
  const k = naiveSplit(leaves.length);
  return m <= k
    ? [...naiveProof(m, leaves.slice(0, k), b), naiveRoot(leaves.slice(k))]
    : [...naiveProof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => `leaf ${index}`);
const bytesOf = (leaves: readonly string[]) => leaves.map((leaf) => Buffer.from(leaf));
const outOfRange = expect.objectContaining({ code: 'ERR_WCP_MERKLE_RANGE' });

describe('a Merkle tree', () => {
  test('A Merkle tree has the published roots over the published leaves.', () => {
    expect(ROOTS.map((_, size) => merkleRoot(LEAVES, size))).toEqual(ROOTS);
    const tree = createMerkleTree();
    const grown = LEAVES.map((leaf) => tree.root(tree.append(leaf) + 1));
    expect([createMerkleTree().root(), ...grown]).toEqual(ROOTS);
    expect(ROOTS.map((_, size) => tree.root(size))).toEqual(ROOTS);
  });

  test('A Merkle tree has the published proofs over the published leaves.', () => {
    const short = (proof: string[]) => proof.map((hash) => hash.slice(7, 15));
    expect(short(inclusionProof(LEAVES, 0, 8))).toEqual(['96a296d2', '5f083f0a', '6b47aaf2']);
    expect(short(inclusionProof(LEAVES, 5, 8))).toEqual(['bc1a0643', 'ca854ea1', 'd37ee418']);
    expect(short(inclusionProof(LEAVES, 2, 3))).toEqual(['fac54203']);
    expect(short(consistencyProof(LEAVES, 1, 8))).toEqual(['96a296d2', '5f083f0a', '6b47aaf2']);
    expect(short(consistencyProof(LEAVES, 6, 8))).toEqual(['0ebc5d34', 'ca854ea1', 'd37ee418']);
    expect(short(consistencyProof(LEAVES, 2, 5))).toEqual(['5f083f0a', 'bc1a0643']);
  });

  test('A Merkle tree has the roots and proofs of RFC 9162 for every size from 0 to 64.', () => {
    const leaves = leavesOf(64);
    const tree = createMerkleTree(leaves);
    for (let size = 0; size <= 64; size += 1) {
      const part = bytesOf(leaves.slice(0, size));
      expect(tree.root(size)).toBe(written(naiveRoot(part)));
      for (let at = 0; at < size; at += 1) {
        expect(inclusionProof(tree, at, size)).toEqual(naivePath(at, part).map(written));
        expect(consistencyProof(tree, at + 1, size)).toEqual(naiveProof(at + 1, part).map(written));
      }
    }
  });

  test('A Merkle tree has the same root and proofs from its leaves as from the growing tree.', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        (leaves, a, b) => {
          const size = 1 + (a % leaves.length);
          const at = b % size;
          const tree = createMerkleTree(leaves);
          expect(merkleRoot(leaves, size)).toBe(tree.root(size));
          expect(merkleRoot(leaves)).toBe(written(naiveRoot(bytesOf(leaves))));
          expect(inclusionProof(leaves, at, size)).toEqual(inclusionProof(tree, at, size));
          expect(consistencyProof(leaves, at + 1, size)).toEqual(consistencyProof(tree, at + 1, size));
        },
      ),
    );
  });

  test('A Merkle tree reads a text as its UTF-8, and refuses a text that has none.', () => {
    expect(merkleRoot(['é'])).toBe(merkleRoot([Buffer.from([0xc3, 0xa9])]));
    expect(merkleRoot(['a'])).toBe(merkleRoot([new Uint8Array([0x61])]));
    expect(() => merkleRoot(['\ud800'])).toThrow(expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }));
  });

  test('A Merkle tree of a hundred thousand leaves has proofs that verify.', () => {
    const tree = createMerkleTree(leavesOf(100_000));
    for (const [index, size] of [
      [0, 100_000],
      [99_999, 100_000],
      [65_535, 65_537],
      [70_000, 99_999],
    ] as const) {
      const proof = inclusionProof(tree, index, size);
      expect(verifyInclusion({ leaf: `leaf ${index}`, index, size, root: tree.root(size), proof }).ok).toBe(
        true,
      );
      const roots = { first_root: tree.root(index + 1), second_root: tree.root(size) };
      expect(
        verifyConsistency({
          first: index + 1,
          second: size,
          ...roots,
          proof: consistencyProof(tree, index + 1, size),
        }).ok,
      ).toBe(true);
    }
  });
});

describe('out of range is', () => {
  const leaves = leavesOf(4);
  const tree = createMerkleTree(leaves);

  test.each([-1, 5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null])(
    'A root of size %j is out of range.',
    (size) => {
      expect(() => merkleRoot(leaves, size as never)).toThrow(outOfRange);
      expect(() => tree.root(size as never)).toThrow(outOfRange);
    },
  );

  test.each([
    [-1, 4],
    [4, 4],
    [2, 2],
    [0, 0],
    [0, 5],
    [0.5, 4],
    [0, 1.5],
    ['0', 4],
    [null, 4],
  ])('The inclusion of %j in %j is out of range.', (index, size) => {
    expect(() => inclusionProof(leaves, index as never, size as never)).toThrow(outOfRange);
    expect(() => inclusionProof(tree, index as never, size as never)).toThrow(outOfRange);
  });

  test.each([
    [0, 4],
    [-1, 4],
    [3, 2],
    [1, 5],
    [0, 0],
    [1.5, 4],
    [1, 2.5],
    ['1', 4],
  ])('The consistency of %j with %j is out of range.', (first, second) => {
    expect(() => consistencyProof(leaves, first as never, second as never)).toThrow(outOfRange);
    expect(() => consistencyProof(tree, first as never, second as never)).toThrow(outOfRange);
  });

  test('Any proof of a tree without leaves is out of range.', () => {
    expect(() => inclusionProof([], 0)).toThrow(outOfRange);
    expect(() => consistencyProof([], 1)).toThrow(outOfRange);
  });

  test('The proof between equal trees is empty, and not out of range.', () => {
    expect(consistencyProof(leaves, 4, 4)).toEqual([]);
    expect(consistencyProof(leaves, 4)).toEqual([]);
  });
});
