import { MinHeap } from './min-heap.ts';
import { MAX_TOKEN_LENGTH, tokenRanks } from './vocabulary.ts';

/** More than the bytes of any text: a rank and a place make one number, ordered by rank first. */
const PLACES = 2 ** 26;

/**
 * Byte pair encoding: merges the pair of the lowest rank, the leftmost of equals, until no pair is a
 * token. Gives where each token begins, in bytes. A heap keeps the time near linear over a run without a
 * space, where the package's own merge is quadratic.
 */
export function mergeBytes(bytes: string): number[] {
  const end = bytes.length;
  const next = new Int32Array(end).map((_, at) => at + 1);
  const previous = new Int32Array(end + 1).map((_, at) => at - 1);
  const pairRanks = new Float64Array(end);
  const heap = new MinHeap();
  const rate = (at: number) => {
    const rank = rankOfPair(bytes, at, next);
    pairRanks[at] = rank;
    if (rank !== NONE) heap.add(rank * PLACES + at);
  };
  for (let at = 0; at < end; at += 1) rate(at);
  for (let item = heap.take(); item !== undefined; item = heap.take()) {
    const at = item % PLACES;
    if (pairRanks[at] !== (item - at) / PLACES) continue; // One of the pair was merged meanwhile.
    const gone = next[at] as number;
    const after = next[gone] as number;
    pairRanks[gone] = NONE;
    next[at] = after;
    previous[after] = at;
    rate(at);
    if (at > 0) rate(previous[at] as number);
  }
  return startsOf(next);
}

const NONE = -1;

function rankOfPair(bytes: string, at: number, next: Int32Array): number {
  const middle = next[at] as number;
  if (middle >= bytes.length) return NONE;
  const end = next[middle] as number;
  return end - at > MAX_TOKEN_LENGTH ? NONE : (tokenRanks().get(bytes.slice(at, end)) ?? NONE);
}

function startsOf(next: Int32Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < next.length; at = next[at] as number) starts.push(at);
  return starts;
}
