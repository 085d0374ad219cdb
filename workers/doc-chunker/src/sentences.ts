import type { Span } from './span.ts';

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });
/** A line that begins something of its own: an item of a list, a row of a table, a quotation. */
const OWN_LINE = /\n(?=[ \t]*(?:[-*+>|•][ \t|]|\d{1,9}[.)][ \t]))/g;
/** Where no sentence ends although the segmenter says so. */
const ABBREVIATION =
  /(?:^|[\s("'“‘])(?:[A-Z]|Dr|Mrs?|Ms|Prof|St|[Ff]igs?|[Nn]os?|Vol|vs|cf|e\.g|i\.e|pp?)\.\s*$/;
const MAX_ABBREVIATION_LENGTH = 8;
const SMALL_LETTER = /^\p{Ll}/u;

/** The sentences of a paragraph, which may go on over the end of a line; white space stays in front. */
export function sentencesOf(text: string, block: Span): Span[] {
  return splitAt(block, placesOf(text, block, OWN_LINE)).flatMap((part) => {
    const line = text.slice(part.start, part.end).replace(/[\r\n\u0085\u2028\u2029]/g, ' ');
    return splitAt(
      part,
      sentenceStarts(line).map((start) => part.start + start),
    );
  });
}

/** The lines of a block. */
export function linesOf(text: string, block: Span): Span[] {
  return splitAt(block, placesOf(text, block, /\n/g));
}

function placesOf(text: string, { start, end }: Span, border: RegExp): number[] {
  return Array.from(text.slice(start, end).matchAll(border), ({ index }) => start + index);
}

function sentenceStarts(line: string): number[] {
  const starts: number[] = [];
  for (const { index } of SENTENCES.segment(line))
    if (index > 0 && beginsSentence(line, index)) starts.push(index);
  return starts;
}

function beginsSentence(line: string, at: number): boolean {
  if (SMALL_LETTER.test(line.slice(at, at + 2))) return false;
  return !ABBREVIATION.test(line.slice(Math.max(0, at - MAX_ABBREVIATION_LENGTH), at));
}

function splitAt({ start, end }: Span, places: readonly number[]): Span[] {
  const borders = [start, ...places, end];
  return borders.slice(1).map((border, index) => ({ start: borders[index] ?? start, end: border }));
}
