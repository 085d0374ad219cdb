import { CL100K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { bytesOf, mergeBytes, tokenRanks } from './byte-pairs.ts';

/**
 * Where each token of a text begins, in UTF-16 code units and ascending; a token that begins inside a
 * character has the place of that character. What looks like a special token is plain text.
 */
export function tokenStarts(text: string): number[] {
  const starts: number[] = [];
  for (const { 0: word, index } of text.matchAll(CL100K_TOKEN_SPLIT_REGEX)) {
    const bytes = bytesOf(word);
    if (tokenRanks().has(bytes)) starts.push(index);
    else if (bytes.length > word.length) pushInCharacters(starts, bytes, index);
    else for (const start of mergeBytes(bytes)) starts.push(index + start);
  }
  return starts;
}

/** How many tokens a text has. */
export function countTokens(text: string): number {
  return tokenStarts(text).length;
}

/** A byte that continues a character, and how many code units the character of a first byte has. */
const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;
const codeUnitsOf = (byte: number) => (byte >= 0xf0 ? 2 : 1);

/** Adds the starts of a word that is not ASCII: places in bytes become places in code units. */
function pushInCharacters(starts: number[], bytes: string, index: number): void {
  let at = 0;
  let place = index;
  let units = 0;
  for (const start of mergeBytes(bytes)) {
    for (; at <= start; at += 1) {
      const byte = bytes.charCodeAt(at);
      if (isContinuation(byte)) continue;
      place += units;
      units = codeUnitsOf(byte);
    }
    starts.push(place);
  }
}
