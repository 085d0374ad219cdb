import { expect, test } from 'vitest';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from '../../src/index.ts';
import {
  createMerkleTree,
  frontierOf,
  MerkleFrontier,
  type Subtree,
  subtreeHash,
} from '../../src/log/index.ts';

const COUNT = 70;
const leaf = (index: number) => `leaf ${index}`;

/** A log that lies in a store: every complete subtree by its place. */
function grow(frontier: MerkleFrontier, stored: Map<string, Uint8Array>, count: number): void {
  for (let index = frontier.size; index < count; index += 1) {
    for (const { hash, ...place } of frontier.append(leaf(index))) stored.set(nameOf(place), hash);
  }
}
const nameOf = ({ height, index }: Subtree) => `${height}:${index}`;
const readerOf = (stored: ReadonlyMap<string, Uint8Array>) => async (place: Subtree) => {
  const hash = stored.get(nameOf(place));
  if (hash === undefined) throw new Error(`nothing at ${nameOf(place)}`);
  return hash;
};

test('The root of a frontier is that of the tree, at every size.', () => {
  const frontier = new MerkleFrontier();
  const tree = createMerkleTree();
  expect(frontier.root()).toBe(tree.root());
  for (let index = 0; index < COUNT; index += 1) {
    frontier.append(leaf(index));
    tree.append(leaf(index));
    expect(frontier.root()).toBe(tree.root());
    expect(frontier.size).toBe(index + 1);
  }
});

test('A frontier is resumed from the hashes of its edge and continues to grow.', () => {
  const stored = new Map<string, Uint8Array>();
  for (let size = 0; size < COUNT; size += 1) {
    const before = new MerkleFrontier();
    grow(before, stored, size);
    const resumed = new MerkleFrontier(
      size,
      frontierOf(size).map((place) => stored.get(nameOf(place)) as Uint8Array),
    );
    const fork = resumed.fork();
    grow(resumed, stored, COUNT);
    expect(resumed.root()).toBe(createMerkleTree(Array.from({ length: COUNT }, (_, n) => leaf(n))).root());
    expect(fork.root()).toBe(before.root());
  }
});

test('A number of hashes other than that of the edge is refused.', () => {
  expect(() => new MerkleFrontier(3, [])).toThrowError(
    expect.objectContaining({ code: 'ERR_WCP_MERKLE_RANGE' }),
  );
});

test('Proofs read from a store verify, for every leaf of every size.', async () => {
  const stored = new Map<string, Uint8Array>();
  const frontier = new MerkleFrontier();
  grow(frontier, stored, COUNT);
  const tree = createMerkleTree(Array.from({ length: COUNT }, (_, index) => leaf(index)));
  const read = readerOf(stored);
  for (let size = 1; size <= COUNT; size += 1) {
    for (let index = 0; index < size; index += 1) {
      const proof = await inclusionProof(read, index, size);
      expect(verifyInclusion({ leaf: leaf(index), index, size, root: tree.root(size), proof }).ok).toBe(true);
      const consistency = await consistencyProof(read, index + 1, size);
      const claim = {
        first: index + 1,
        second: size,
        first_root: tree.root(index + 1),
        second_root: tree.root(size),
      };
      expect(verifyConsistency({ ...claim, proof: consistency }).ok).toBe(true);
    }
  }
});

test('A proof out of range is refused.', async () => {
  const read = readerOf(new Map());
  for (const ask of [
    () => inclusionProof(read, 3, 3),
    () => inclusionProof(read, -1, 3),
    () => inclusionProof(read, 0, 0),
    () => consistencyProof(read, 0, 3),
    () => consistencyProof(read, 4, 3),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_WCP_MERKLE_RANGE' });
  }
});

test('The hash of a subtree follows from those of its leaves.', () => {
  const stored = new Map<string, Uint8Array>();
  grow(new MerkleFrontier(), stored, 8);
  const leaves = Array.from({ length: 8 }, (_, index) => stored.get(`0:${index}`) as Uint8Array);
  expect(subtreeHash(leaves)).toEqual(stored.get('3:0'));
  expect(subtreeHash(leaves.slice(4, 6))).toEqual(stored.get('1:2'));
  expect(subtreeHash(leaves.slice(7))).toEqual(stored.get('0:7'));
});
