import type { ProofFindingCode } from '../base/finding.ts';
import { listOf } from '../base/own-member.ts';
import { refuted, type Verification, verified } from '../base/verification.ts';
import { hashLeaf, hashNode, type MerkleLeaf, readHash } from './merkle-hash.ts';

/** The claim that a leaf stands in a log. */
export interface InclusionClaim {
  readonly leaf: MerkleLeaf;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly proof: readonly string[];
}

/** The claim that a log only grew from one state to another. */
export interface ConsistencyClaim {
  readonly first: number;
  readonly second: number;
  readonly first_root: string;
  readonly second_root: string;
  readonly proof: readonly string[];
}

/**
 * Verifies that a leaf stands at `index` in the tree of `size` leaves with this root (RFC 9162 section
 * 2.1.3.2). Takes any value and never throws.
 *
 * @example
 * ```ts
 * import { inclusionProof, merkleRoot, verifyInclusion } from '@wcp/evidence';
 *
 * const leaves = ['first', 'second', 'third'];
 * const proof = inclusionProof(leaves, 1);
 * const claim = { leaf: 'second', index: 1, size: 3, root: merkleRoot(leaves), proof };
 * console.log(verifyInclusion(claim).ok); // true
 * console.log(verifyInclusion({ ...claim, leaf: 'changed' }).findings); // PROOF_INVALID
 * ```
 */
export function verifyInclusion(claim: InclusionClaim): Verification<ProofFindingCode> {
  return judge(() => {
    const { leaf, index, size, proof } = claim;
    const path = readPath(proof);
    const root = readHash(claim.root);
    if (path === null || root === null || !isCount(size) || !isIndex(index) || index >= size) return null;
    let hash: Uint8Array = hashLeaf(leaf);
    const rest = climb(index, size - 1, path, (sibling, isLeft) => {
      hash = isLeft ? hashNode(sibling, hash) : hashNode(hash, sibling);
    });
    return rest === 0 && equal(hash, root);
  });
}

/**
 * Verifies that the tree of `second` leaves begins with that of `first` (RFC 9162 section 2.1.4.2),
 * 0 < first ≤ second: the log only grew in between. Takes any value and never throws.
 *
 * @example
 * ```ts
 * import { consistencyProof, merkleRoot, verifyConsistency } from '@wcp/evidence';
 *
 * const leaves = ['first', 'second', 'third'];
 * const [first, second] = [2, 3];
 * const roots = { first_root: merkleRoot(leaves, first), second_root: merkleRoot(leaves, second) };
 * const proof = consistencyProof(leaves, first, second);
 * console.log(verifyConsistency({ first, second, ...roots, proof }).ok); // true
 * ```
 */
export function verifyConsistency(claim: ConsistencyClaim): Verification<ProofFindingCode> {
  return judge(() => {
    const { first, second } = claim;
    const path = readPath(claim.proof);
    const firstRoot = readHash(claim.first_root);
    const secondRoot = readHash(claim.second_root);
    if (path === null || firstRoot === null || secondRoot === null) return null;
    if (!isCount(first) || !isCount(second) || first > second) return null;
    if (first === second) return path.length === 0 && equal(firstRoot, secondRoot);
    if (path.length === 0) return false;
    return climbTwo(first, second, isPowerOfTwo(first) ? [firstRoot, ...path] : path, firstRoot, secondRoot);
  });
}

/** What a check says of a claim: null, or an error, where it is not a claim at all. */
function judge(check: () => boolean | null): Verification<ProofFindingCode> {
  try {
    const holds = check();
    if (holds === null) return refuted('PROOF_MALFORMED');
    return holds ? verified({}) : refuted('PROOF_INVALID');
  } catch {
    return refuted('PROOF_MALFORMED');
  }
}

function climbTwo(
  first: number,
  second: number,
  [seed, ...path]: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  if (seed === undefined) return false;
  let [index, last] = [first - 1, second - 1];
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  let [earlier, later] = [seed, seed];
  const rest = climb(index, last, path, (sibling, isLeft) => {
    if (isLeft) earlier = hashNode(sibling, earlier);
    later = isLeft ? hashNode(sibling, later) : hashNode(later, sibling);
  });
  return rest === 0 && equal(earlier, firstRoot) && equal(later, secondRoot);
}

/**
 * Climbs from the node `index` of a level whose last node is `last`, and calls `meet` for each sibling with
 * whether it is the left one. Returns the `last` of the level it reached, 0 at the root, or -1 where the
 * path is too long. It divides, because shifts end at 2^31.
 */
function climb(
  index: number,
  last: number,
  path: readonly Uint8Array[],
  meet: (sibling: Uint8Array, isLeft: boolean) => void,
): number {
  for (const sibling of path) {
    if (last === 0) return -1;
    const isLeft = index % 2 === 1 || index === last;
    meet(sibling, isLeft);
    while (isLeft && index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    [index, last] = [half(index), half(last)];
  }
  return last;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function readPath(proof: unknown): Buffer[] | null {
  const path = listOf(proof)?.map(readHash) ?? [null];
  return path.every((hash) => hash !== null) ? path : null;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCount(value: unknown): value is number {
  return isIndex(value) && value > 0;
}

function isPowerOfTwo(count: number): boolean {
  let odd = count;
  while (odd % 2 === 0) odd /= 2;
  return odd === 1;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
