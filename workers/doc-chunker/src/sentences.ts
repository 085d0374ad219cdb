import { sentenceStarts } from '@wcp-workers/shared-text';
import type { Span } from './span.ts';

/** Begins a line of its own: an item of a list, a row of a table, a quotation. */
const OWN_LINE = /\n(?=[ \t]*(?:[-*+>|•][ \t|]|\d{1,9}[.)][ \t]))/g;

/** The sentences of a paragraph, which may continue on the next line; white space is in front of each. */
export function sentencesOf(text: string, block: Span): Span[] {
  return splitAt(block, matchesOf(text, block, OWN_LINE)).flatMap((part) => {
    const line = text.slice(part.start, part.end).replace(/[\r\n\u0085\u2028\u2029]/g, ' ');
    return splitAt(
      part,
      sentenceStarts(line).map((start) => part.start + start),
    );
  });
}

/** The lines of a block. */
export function linesOf(text: string, block: Span): Span[] {
  return splitAt(block, matchesOf(text, block, /\n/g));
}

function matchesOf(text: string, { start, end }: Span, border: RegExp): number[] {
  return Array.from(text.slice(start, end).matchAll(border), ({ index }) => start + index);
}

function splitAt({ start, end }: Span, places: readonly number[]): Span[] {
  const borders = [start, ...places, end];
  return borders.slice(1).map((border, index) => ({ start: borders[index] ?? start, end: border }));
}
