const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Abbreviations at which the segmenter ends a sentence, but a reader does not. */
const ABBREVIATION = /(?:^|[\s("'“‘])(?:[A-Z]|Dr|Mrs?|Ms|Prof|St|vs|cf|e\.g|i\.e)\.\s*$/;
/** Abbreviations only when a number follows: "no. 3", but "He said no." */
const BEFORE_NUMBER = /(?:^|[\s("'“‘])(?:[Ff]igs?|[Nn]os?|[Vv]ol|pp?)\.\s*$/;
/** The longest abbreviation, with the characters around it, in UTF-16 code units. */
const ABBREVIATION_LENGTH = 8;

const LOWERCASE = /^\p{Ll}/u;
const NUMBER = /^\p{N}/u;
/** A sentence ends before white space, or at a full stop of Chinese or Japanese. */
const END = /(?:\s|[。！？][”’」』）]?)$/u;

/**
 * Where each sentence of a text but the first begins, in UTF-16 code units and ascending. Sentences are
 * those of Unicode (UAX 29), less the breaks at English abbreviations and before lower-case letters. A line
 * feed ends a sentence: replace the line feeds of a paragraph with spaces first. Takes linear time.
 *
 * @example
 * ```ts
 * import { sentenceStarts } from '@wcp-workers/shared-text';
 *
 * sentenceStarts('Dr. Marsh lit it. It burns.'); // [18]
 * ```
 */
export function sentenceStarts(text: string): number[] {
  const starts: number[] = [];
  for (const { index } of SENTENCES.segment(text)) {
    if (index > 0 && isSentenceStart(text, index)) starts.push(index);
  }
  return starts;
}

function isSentenceStart(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - ABBREVIATION_LENGTH), at);
  const after = text.slice(at, at + 2);
  if (!END.test(before) || LOWERCASE.test(after) || ABBREVIATION.test(before)) return false;
  return !(NUMBER.test(after) && BEFORE_NUMBER.test(before));
}
