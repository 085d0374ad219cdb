import entries from 'gpt-tokenizer/bpeRanks/cl100k_base';

/** The most bytes that a token of the encoding has. */
export const MAX_TOKEN_LENGTH = 128;

let ranks: ReadonlyMap<string, number> | undefined;

/**
 * The tokens of cl100k_base, each with its rank: the lower, the earlier it is merged. A token stands as
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
