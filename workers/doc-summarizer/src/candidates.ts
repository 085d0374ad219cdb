import type { Sentence } from './sentence.ts';

const COMPLETE = /[.!?…。！？]["”’»)\]]*$/u;
const OPENING = /^["“‘«]?[\p{Lu}\p{Lo}\p{N}]/u;
const FEWEST_WORDS = 3;
const LEAST_LETTERS = 0.6;

/**
 * The sentences that a summary may hold: complete ones, of words rather than signs. Where a text has
 * none, whatever has a word; headings never.
 */
export function candidatesOf(sentences: readonly Sentence[]): Sentence[] {
  const texts = sentences.filter(({ kind, words }) => kind !== 'heading' && words > 0);
  const complete = texts.filter(isComplete);
  return complete.length > 0 ? complete : texts;
}

function isComplete({ text, words }: Sentence): boolean {
  const wide = /[。！？]$/u.test(text);
  if (!COMPLETE.test(text) || !OPENING.test(text) || (words < FEWEST_WORDS && !wide)) return false;
  return shareOfLetters(text) >= LEAST_LETTERS;
}

/** How much of a text is letters, spaces apart. */
export function shareOfLetters(text: string): number {
  const signs = text.replace(/\s/g, '');
  return signs === '' ? 0 : (signs.match(/\p{L}|\p{M}/gu)?.length ?? 0) / signs.length;
}
