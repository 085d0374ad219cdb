/** Letters and digits, with hyphens and apostrophes inside. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** The words of a text in lower case, each with how often it occurs, in the order of their first places. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/**
 * The spellings under which a word may be known, the best one first: as it stands, without an ending
 * of possession, without accents. Where none is known, its parts are tried one by one.
 */
export function spellingsOf(word: string): string[] {
  const bare = word.replace(/['’]s?$/, '');
  const plain = bare.normalize('NFKD').replace(/\p{M}/gu, '');
  return [...new Set([word, bare, plain])];
}

/** The parts of a word that hyphens and apostrophes join. */
export function partsOf(word: string): string[] {
  return word.split(/['’-]/);
}
