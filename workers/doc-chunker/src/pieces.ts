import type { Block, Section } from './sections.ts';
import { linesOf, sentencesOf } from './sentences.ts';
import { isSpace, type Span, skipSpace, trimmed } from './span.ts';
import type { TokenRuler } from './tokens/token-ruler.ts';

/**
 * The pieces of a section, in order, each of which fits into a chunk: its paragraphs where they fit, else
 * their sentences or lines, else parts of those. The heading stays with the first piece under it.
 */
export function splitSection({ lead, blocks }: Section, ruler: TokenRuler): Span[] {
  if (lead !== null && blocks.length === 0) return fitted(lead, lead.start, ruler);
  return blocks.flatMap((block, index) =>
    splitBlock(block, index === 0 && lead !== null ? lead.start : block.start, ruler),
  );
}

/** @param start where the block begins, or the heading above it */
function splitBlock(block: Block, start: number, ruler: TokenRuler): Span[] {
  const whole = trimmed(ruler.text, { start, end: block.end });
  if (whole === null) return [];
  if (ruler.fits(whole)) return [whole];
  const parts = block.kind === 'lines' ? linesOf(ruler.text, block) : sentencesOf(ruler.text, block);
  return parts.flatMap((part, index) =>
    fitted({ start: index === 0 ? start : part.start, end: part.end }, part.start, ruler),
  );
}

/** @param body where the text below the heading begins */
function fitted(span: Span, body: number, ruler: TokenRuler): Span[] {
  const part = trimmed(ruler.text, span);
  if (part === null) return [];
  return ruler.fits(part) ? [part] : cutLong(part, skipSpace(ruler.text, body), ruler);
}

/**
 * Cuts a part that is too long into the longest pieces that fit: after a line or a word that ends in the
 * second half of the piece, else between two graphemes.
 *
 * @param body no piece ends before this place, which is behind the heading
 */
function cutLong(span: Span, body: number, ruler: TokenRuler): Span[] {
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
    const cut = graphemeBorder(ruler.text, start, wordEnd(ruler.text, start, furthest, body));
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
/** Enough code units after a place to tell whether a grapheme continues there. */
const LOOK_AHEAD = 16;

/** The place itself, or where the grapheme around it begins; one that is too long itself is cut. */
function graphemeBorder(text: string, start: number, place: number): number {
  const around = GRAPHEMES.segment(text.slice(start, place + LOOK_AHEAD)).containing(place - start);
  const begins = start + (around?.index ?? place - start);
  if (begins > start) return begins;
  return Math.max(place, start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1));
}
