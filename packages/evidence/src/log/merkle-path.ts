import { WcpError } from '@wcp/spec/json';
import { hashNode } from './merkle-hash.ts';

/** A range of leaves whose hash a proof needs: `size` of them from `start`. */
export interface LeafRange {
  readonly start: number;
  readonly size: number;
}

/** A complete subtree: the leaves from `index * 2^height` to before `(index + 1) * 2^height`. */
export interface Subtree {
  readonly height: number;
  readonly index: number;
}

/** The siblings from the leaf at `index` up to the root over `size` leaves (RFC 9162 section 2.1.3). */
export function inclusionPath(index: number, size: number): LeafRange[] {
  return pathIn(index, 0, size);
}

/** The ranges that prove that `second` leaves begin with the first `first` (RFC 9162 section 2.1.4). */
export function consistencyPath(first: number, second: number): LeafRange[] {
  return subproofIn(first, 0, second, true);
}

/** The complete subtrees that make up a range, from left to right and so from high to low. */
export function completeSubtrees({ start, size }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start, rest = size; rest > 0; ) {
    const height = Math.floor(Math.log2(rest));
    subtrees.push({ height, index: at / 2 ** height });
    at += 2 ** height;
    rest -= 2 ** height;
  }
  return subtrees;
}

/** The hash over adjacent complete subtrees, in the order of {@link completeSubtrees}. */
export function foldSubtrees(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.reduceRight((right, left) => hashNode(left, right));
}

function pathIn(index: number, start: number, size: number): LeafRange[] {
  if (size === 1) return [];
  const split = splitOf(size);
  return index < split
    ? [...pathIn(index, start, split), { start: start + split, size: size - split }]
    : [...pathIn(index - split, start + split, size - split), { start, size: split }];
}

/** SUBPROOF of RFC 9162; `known` as long as the verifier has the earlier tree's root. */
function subproofIn(first: number, start: number, size: number, known: boolean): LeafRange[] {
  if (first === size) return known ? [] : [{ start, size }];
  const split = splitOf(size);
  return first <= split
    ? [...subproofIn(first, start, split, known), { start: start + split, size: size - split }]
    : [...subproofIn(first - split, start + split, size - split, false), { start, size: split }];
}

/** The greatest power of two below `size`. */
function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

/** Refuses a number that is out of range or not an integer. */
export function checkRange(value: unknown, min: number, max: number): asserts value is number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return;
  throw new WcpError('ERR_WCP_MERKLE_RANGE', `Expected an integer from ${min} to ${max}.`);
}
