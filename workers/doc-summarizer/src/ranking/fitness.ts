import type { Sentence } from '../reading/sentences.ts';

const COMPLETE = /[.!?…。！？]["”’»)\]]*$/u;
const OPENING = /^["“‘«]?[\p{Lu}\p{Lo}\p{N}]/u;
const WIDE_END = /[。！？]$/u;
const MIN_WORDS = 3;
const MIN_LETTERS = 0.6;

/**
 * The sentences that a summary may contain: complete ones, of words rather than signs. When a text has
 * none, any that has a word; never headings.
 */
export function candidatesOf(sentences: readonly Sentence[]): Sentence[] {
  const texts = sentences.filter(({ kind, count }) => kind !== 'heading' && count > 0);
  const complete = texts.filter(isComplete);
  return complete.length > 0 ? complete : texts;
}

function isComplete({ text, count }: Sentence): boolean {
  if (!COMPLETE.test(text) || !OPENING.test(text)) return false;
  if (count < MIN_WORDS && !WIDE_END.test(text)) return false;
  return shareOfLetters(text) >= MIN_LETTERS;
}

/** How much of a text is letters, not counting spaces. */
function shareOfLetters(text: string): number {
  const signs = text.replace(/\s/g, '');
  return signs === '' ? 0 : (signs.match(/\p{L}|\p{M}/gu)?.length ?? 0) / signs.length;
}

/** Sentences that depend on the one before them read badly on their own. */
const DEPENDENT =
  /^(?:this|that|these|those|it|its|they|their|them|he|his|she|her|such|both|and|but|or|so|then|thus|hence|however|therefore|moreover|furthermore|otherwise|instead|also|for example|for instance|in this case|as above|the same|the former|the latter|the first|the second|the third|the last|the other|here|there,)\b/i;

/** Sentences about a place in the document say nothing outside of it. */
const POINTING =
  /\b(?:this|first|second|third|next|following|previous) (?:table|list|figure|section|chapter|example)\b|\b(?:above|below)\b/i;

type Fault = readonly [factor: number, applies: (sentence: Sentence) => boolean];

const FAULTS: readonly Fault[] = [
  [0.6, ({ text }) => DEPENDENT.test(text)],
  [0.75, ({ kind }) => kind === 'item'],
  [0.7, ({ count }) => count < 7],
  [0.93, ({ count }) => count < 10],
  [0.85, ({ count }) => count > 40],
  [0.6, ({ count }) => count > 70],
  [0.75, ({ text }) => text.endsWith('?')],
  [0.75, ({ text }) => shareOfLetters(text) < 0.75],
  [0.85, ({ text }) => /\w_\w|\w\.\w+\.\w/.test(text)],
  [0.6, ({ text }) => /[{}<>=|]/.test(text)],
  [0.5, ({ text }) => POINTING.test(text)],
];

/** How well a sentence reads on its own, 0 to 1. */
export function fitnessOf(sentence: Sentence): number {
  return FAULTS.reduce((fitness, [factor, applies]) => (applies(sentence) ? fitness * factor : fitness), 1);
}
