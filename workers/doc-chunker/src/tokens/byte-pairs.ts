import entries from 'gpt-tokenizer/bpeRanks/cl100k_base';
import TinyQueue from 'tinyqueue';

/** The most bytes that a token of the encoding has. */
const MAX_TOKEN_LENGTH = 128;
/** More than the bytes of any text: a rank and a place make one number, ordered by rank first. */
const PLACES = 2 ** 26;
const NO_TOKEN = -1;

let ranks: ReadonlyMap<string, number> | undefined;

/**
 * The tokens of cl100k_base, each with its rank: the lower, the earlier it is merged. A token is given as
 * the bytes of its UTF-8, one character a byte, since it may end inside a character of the text.
 */
export function tokenRanks(): ReadonlyMap<string, number> {
  ranks ??= new Map(entries.map((entry, rank) => [bytesOf(entry), rank]));
  return ranks;
}

const ASCII = /^[\x00-\x7f]*$/;

/** The UTF-8 of a text, or a list of bytes, with one character for each byte. */
export function bytesOf(entry: string | readonly number[]): string {
  if (typeof entry === 'string') return ASCII.test(entry) ? entry : Buffer.from(entry).toString('latin1');
  return Buffer.from(entry).toString('latin1');
}

/**
 * Byte pair encoding: merges the pair of the lowest rank, the leftmost of equals, until no pair is a
 * token. Gives where each token begins, in bytes. The queue keeps the time near linear for a long run
 * without a space, where the merge of the package takes quadratic time.
 */
export function mergeBytes(bytes: string): number[] {
  const end = bytes.length;
  const next = new Int32Array(end).map((_, at) => at + 1);
  const previous = new Int32Array(end + 1).map((_, at) => at - 1);
  const pairRanks = new Float64Array(end);
  const queue = new TinyQueue<number>();
  const rate = (at: number) => {
    const rank = rankOfPair(bytes, at, next);
    pairRanks[at] = rank;
    if (rank !== NO_TOKEN) queue.push(rank * PLACES + at);
  };
  for (let at = 0; at < end; at += 1) rate(at);
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
    const at = item % PLACES;
    if (pairRanks[at] !== (item - at) / PLACES) continue; // One of the pair was merged meanwhile.
    const merged = next[at] as number;
    const after = next[merged] as number;
    pairRanks[merged] = NO_TOKEN;
    next[at] = after;
    previous[after] = at;
    rate(at);
    if (at > 0) rate(previous[at] as number);
  }
  return startsOf(next);
}

function rankOfPair(bytes: string, at: number, next: Int32Array): number {
  const middle = next[at] as number;
  if (middle >= bytes.length) return NO_TOKEN;
  const end = next[middle] as number;
  return end - at > MAX_TOKEN_LENGTH ? NO_TOKEN : (tokenRanks().get(bytes.slice(at, end)) ?? NO_TOKEN);
}

function startsOf(next: Int32Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < next.length; at = next[at] as number) starts.push(at);
  return starts;
}
