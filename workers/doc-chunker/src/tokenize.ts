import { CL100K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { mergeBytes } from './merge-bytes.ts';
import { bytesOf, tokenRanks } from './vocabulary.ts';

/**
 * Where each token of a text begins, in UTF-16 code units and ascending; a token that begins inside a
 * character has the place of that character. What looks like a special token is plain text.
 */
export function tokenStarts(text: string): number[] {
  const starts: number[] = [];
  for (const { 0: word, index } of text.matchAll(CL100K_TOKEN_SPLIT_REGEX)) {
    const bytes = bytesOf(word);
    if (tokenRanks().has(bytes)) starts.push(index);
    else pushWord(starts, bytes, index, bytes.length > word.length);
  }
  return starts;
}

/** How many tokens a text has. */
export function countTokens(text: string): number {
  return tokenStarts(text).length;
}

function pushWord(starts: number[], bytes: string, index: number, isWide: boolean): void {
  const inBytes = mergeBytes(bytes);
  if (isWide) pushWide(starts, bytes, inBytes, index);
  else for (const start of inBytes) starts.push(index + start);
}

/** Bytes that go on with a character, and those that begin one of two code units. */
const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;
const unitsOf = (byte: number) => (byte >= 0xf0 ? 2 : 1);

function pushWide(starts: number[], bytes: string, inBytes: readonly number[], index: number): void {
  let at = 0;
  let place = index;
  let units = 0;
  for (const start of inBytes) {
    for (; at <= start; at += 1) {
      const byte = bytes.charCodeAt(at);
      if (isContinuation(byte)) continue;
      place += units;
      units = unitsOf(byte);
    }
    starts.push(place);
  }
}
