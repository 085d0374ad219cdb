import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from '../../src/index.ts';
import { type ConsistencyClaim, createMerkleTree, type InclusionClaim } from '../../src/log/index.ts';
import { hostileValues } from '../support.ts';

const leaves = Array.from({ length: 33 }, (_, index) => `leaf ${index}`);
const tree = createMerkleTree(leaves);
const inclusion = (index: number, size: number) => ({
  leaf: leaves[index] as string,
  index,
  size,
  root: tree.root(size) as string,
  proof: inclusionProof(tree, index, size) as string[],
});
const consistency = (first: number, second: number) => ({
  first,
  second,
  first_root: tree.root(first) as string,
  second_root: tree.root(second) as string,
  proof: consistencyProof(tree, first, second) as string[],
});
const isIncluded = (claim: InclusionClaim) => verifyInclusion(claim).ok;
const isConsistent = (claim: ConsistencyClaim) => verifyConsistency(claim).ok;
const pairs = leaves.flatMap((_, last) =>
  leaves.slice(0, last + 1).map((_, index) => [index, last + 1] as const),
);
const foreign = `sha256:${'0'.repeat(64)}`;

describe('an inclusion proof', () => {
  test('An inclusion proof holds for every leaf of every tree.', () => {
    for (const [index, size] of pairs) expect(isIncluded(inclusion(index, size))).toBe(true);
  });

  test('An inclusion proof does not hold for another leaf, place, size or root.', () => {
    for (const [index, size] of pairs) {
      const claim = inclusion(index, size);
      expect(isIncluded({ ...claim, leaf: 'another' })).toBe(false);
      expect(isIncluded({ ...claim, root: foreign })).toBe(false);
      if (size > 1) expect(isIncluded({ ...claim, index: (index + 1) % size })).toBe(false);
      expect(isIncluded({ ...claim, index: size })).toBe(false);
      if (size < 33) expect(isIncluded({ ...claim, root: tree.root(size + 1) })).toBe(false);
    }
  });

  test('An inclusion proof does not hold with an added, a removed or a changed hash.', () => {
    for (const [index, size] of pairs) {
      const claim = inclusion(index, size);
      expect(isIncluded({ ...claim, proof: [...claim.proof, foreign] })).toBe(false);
      for (const at of claim.proof.keys()) {
        expect(isIncluded({ ...claim, proof: claim.proof.toSpliced(at, 1) })).toBe(false);
        expect(isIncluded({ ...claim, proof: claim.proof.with(at, foreign) })).toBe(false);
      }
    }
  });

  test('An inclusion proof does not pass an inner node off as a leaf.', () => {
    const [left, right] = [tree.root(1), inclusionProof(tree, 0, 2)[0] ?? ''];
    const leaf = Buffer.from(left.slice(7) + right.slice(7), 'hex');
    expect(isIncluded({ leaf, index: 0, size: 1, root: tree.root(2), proof: [] })).toBe(false);
  });
});

describe('a consistency proof', () => {
  test('A consistency proof holds between every two states of a log.', () => {
    for (const [index, size] of pairs) expect(isConsistent(consistency(index + 1, size))).toBe(true);
  });

  test('A consistency proof does not hold for another root, and not the other way round.', () => {
    for (const [index, size] of pairs) {
      const claim = consistency(index + 1, size);
      expect(isConsistent({ ...claim, first_root: foreign })).toBe(false);
      expect(isConsistent({ ...claim, second_root: foreign })).toBe(false);
      if (claim.first === claim.second) continue;
      const { first, second, first_root, second_root } = claim;
      expect(
        isConsistent({
          ...claim,
          first: second,
          second: first,
          first_root: second_root,
          second_root: first_root,
        }),
      ).toBe(false);
    }
  });

  test('A consistency proof does not hold with an added, a removed or a changed hash.', () => {
    for (const [index, size] of pairs) {
      const claim = consistency(index + 1, size);
      expect(isConsistent({ ...claim, proof: [...claim.proof, foreign] })).toBe(false);
      for (const at of claim.proof.keys()) {
        expect(isConsistent({ ...claim, proof: claim.proof.toSpliced(at, 1) })).toBe(false);
        expect(isConsistent({ ...claim, proof: claim.proof.with(at, foreign) })).toBe(false);
      }
    }
  });

  test('A consistency proof does not hide a leaf that was changed.', () => {
    const rewritten = createMerkleTree(leaves.with(3, 'changed'));
    for (let first = 4; first < 33; first += 1) {
      const proof = consistencyProof(rewritten, first, 33);
      expect(isConsistent({ ...consistency(first, 33), second_root: rewritten.root(), proof })).toBe(false);
    }
  });
});

describe('a malformed proof', () => {
  const places = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined, 2 ** 53, 1n];

  test('A malformed proof does not hold, whatever it contains, and never throws.', () => {
    for (const value of [...places, ...hostileValues()] as never[]) {
      expect(isIncluded(value)).toBe(false);
      expect(isConsistent(value)).toBe(false);
      for (const member of ['index', 'size', 'root', 'proof', 'leaf']) {
        const changed = { ...inclusion(2, 5), [member]: value };
        expect(isIncluded(changed), `${member}`).toBe(false);
      }
      for (const member of ['first', 'second', 'first_root', 'second_root', 'proof']) {
        const changed = { ...consistency(3, 5), [member]: value };
        expect(isConsistent(changed), `${member}`).toBe(false);
      }
    }
  });

  test('A malformed proof has bare or upper-case hashes.', () => {
    const claim = inclusion(2, 5);
    expect(isIncluded({ ...claim, root: claim.root.slice(7) })).toBe(false);
    expect(isIncluded({ ...claim, root: claim.root.toUpperCase() })).toBe(false);
    expect(isIncluded({ ...claim, proof: claim.proof.map((hash) => hash.slice(7)) })).toBe(false);
  });

  test('A malformed proof of random hashes does not hold, even for sizes up to 2^53.', () => {
    const hash = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
    const proof = fc.array(hash, { maxLength: 60 });
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), hash, hash, proof, (first, second, one, two, path) => {
        expect(isIncluded({ leaf: 'x', index: first, size: second, root: one, proof: path })).toBe(false);
        fc.pre(one !== two);
        expect(isConsistent({ first, second, first_root: one, second_root: two, proof: path })).toBe(false);
      }),
    );
  });
});

describe('the finding about a proof', () => {
  test('The finding about a proof tells a malformed claim from a proof that does not lead to the root.', () => {
    const claim = inclusion(2, 5);
    const growth = consistency(3, 5);
    const invalid = { ok: false, findings: [{ index: 0, code: 'PROOF_INVALID' }] };
    const malformed = { ok: false, findings: [{ index: 0, code: 'PROOF_MALFORMED' }] };
    expect(verifyInclusion({ ...claim, root: foreign })).toMatchObject(invalid);
    expect(verifyInclusion({ ...claim, index: 5 })).toMatchObject(malformed);
    expect(verifyInclusion({ ...claim, leaf: '\ud800' })).toMatchObject(malformed);
    expect(verifyConsistency({ ...growth, second_root: foreign })).toMatchObject(invalid);
    expect(verifyConsistency({ ...growth, first: 0 })).toMatchObject(malformed);
    expect(verifyConsistency({ ...growth, second_root: 'text' })).toMatchObject(malformed);
  });
});
