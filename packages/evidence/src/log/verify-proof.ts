import { listOf } from '../own-member.ts';
import { hashLeaf, hashNode, type MerkleLeaf, readHash } from './merkle-hash.ts';

/** The claim that a leaf stands in a log. */
export interface InclusionClaim {
  readonly leaf: MerkleLeaf;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly proof: readonly string[];
}

/** The claim that one state of a log only added to another. */
export interface ConsistencyClaim {
  readonly first: number;
  readonly second: number;
  readonly first_root: string;
  readonly second_root: string;
  readonly proof: readonly string[];
}

/**
 * Whether a proof shows that the leaf stands at `index` in the tree of `size` leaves with this root
 * (RFC 9162 section 2.1.3.2). False for anything that is no such claim; never throws.
 */
export function verifyInclusion(claim: InclusionClaim): boolean {
  return holds(() => {
    const { leaf, index, size, root, proof } = claim;
    const path = readPath(proof);
    if (path === null || !isCount(size) || !isIndex(index) || index >= size) return false;
    let hash: Uint8Array = hashLeaf(leaf);
    const rest = climb(index, size - 1, path, (sibling, isLeft) => {
      hash = isLeft ? hashNode(sibling, hash) : hashNode(hash, sibling);
    });
    return rest === 0 && equal(hash, readHash(root));
  });
}

/**
 * Whether a proof shows that the tree of `second` leaves begins with that of `first` (RFC 9162 section
 * 2.1.4.2), 0 < first ≤ second. False for anything that is no such claim; never throws.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  return holds(() => {
    const { first, second } = claim;
    const path = readPath(claim.proof);
    const firstRoot = readHash(claim.first_root);
    const secondRoot = readHash(claim.second_root);
    if (path === null || firstRoot === null || !isCount(first) || !isCount(second) || first > second)
      return false;
    if (first === second) return path.length === 0 && equal(firstRoot, secondRoot);
    if (path.length === 0) return false;
    return climbTwo(first, second, isPowerOfTwo(first) ? [firstRoot, ...path] : path, firstRoot, secondRoot);
  });
}

function climbTwo(
  first: number,
  second: number,
  [seed, ...path]: readonly Uint8Array[],
  firstRoot: Uint8Array,
  secondRoot: Uint8Array | null,
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
 * Climbs from the node `index` of a level whose last node is `last`, telling of each sibling whether it
 * stands on the left. Gives the `last` that it ended at, 0 at the root, or -1 for a path too long. By
 * division, for shifts end at 2^31.
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

function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
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

function equal(one: Uint8Array, other: Uint8Array | null): boolean {
  return other !== null && Buffer.compare(one, other) === 0;
}
