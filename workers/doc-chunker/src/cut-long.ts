import { isSpace, type Span, trimmed } from './span.ts';
import type { TokenRuler } from './token-ruler.ts';

/**
 * Cuts a part that is too long into the longest pieces that fit: behind a line or a word where one ends
 * in the second half of the piece, else between two graphemes.
 *
 * @param body no piece ends between the beginning and this place, where the headings are
 */
export function cutLong(span: Span, body: number, ruler: TokenRuler): Span[] {
  const pieces: Span[] = [];
  let rest: Span | null = span;
  while (rest !== null && !ruler.fits(rest)) {
    const { piece, cut } = firstPiece(rest, body, ruler);
    if (piece !== null) pieces.push(piece);
    rest = trimmed(ruler.text, { start: cut, end: rest.end });
  }
  if (rest !== null) pieces.push(rest);
  return pieces;
}

function firstPiece({ start, end }: Span, body: number, ruler: TokenRuler) {
  for (let fewer = 0; ; ) {
    const furthest = Math.min(ruler.endOfChunk(start, fewer), end);
    const cut = betweenGraphemes(ruler.text, start, wordEnd(ruler.text, start, furthest, body));
    const piece = trimmed(ruler.text, { start, end: cut });
    const excess = piece === null ? 0 : ruler.excess(piece);
    if (excess <= 0) return { piece, cut };
    fewer += excess;
  }
}

/** The end of the last line in the second half, else of the last word, else the furthest place itself. */
function wordEnd(text: string, start: number, furthest: number, body: number): number {
  const least = Math.max(body, (start + furthest) >> 1);
  const line = text.slice(least + 1, furthest + 1).lastIndexOf('\n');
  if (line >= 0) return least + 1 + line;
  for (let at = furthest; at > least; at -= 1) if (isSpace(text, at)) return at;
  return furthest;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Enough code units behind a place to tell whether a grapheme goes on there. */
const LOOK_AHEAD = 16;

/** The place itself, or where the grapheme around it begins; one that is too long itself is cut. */
function betweenGraphemes(text: string, start: number, place: number): number {
  const around = GRAPHEMES.segment(text.slice(start, place + LOOK_AHEAD)).containing(place - start);
  const begins = start + (around?.index ?? place - start);
  if (begins > start) return begins;
  return Math.max(place, start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1));
}
