import { splitSection } from './pieces.ts';
import type { Chunks, Request } from './schema.ts';
import { sectionsOf } from './sections.ts';
import type { Span } from './span.ts';
import { TokenRuler } from './tokens/token-ruler.ts';

/**
 * Cuts a document at its headings, then into paragraphs, sentences and, when a single sentence is too
 * long, words; then joins what is small under one heading. The same text gives the same chunks.
 */
export function chunkDocument({ text, format, max_tokens }: Request): Chunks {
  const ruler = new TokenRuler(text, max_tokens);
  const parts = sectionsOf(text, format).flatMap((section) =>
    joinPieces(splitSection(section, ruler), ruler).map((span) => ({ span, heading: section.heading })),
  );
  const chunks = parts.map(({ span: { start, end }, heading }, index) => {
    const tokens = ruler.count({ start, end });
    return { index, text: text.slice(start, end), tokens, start, end, heading };
  });
  return { chunks, tokens: chunks.reduce((sum, { tokens }) => sum + tokens, 0) };
}

/** Joins consecutive pieces, each of which fits alone, as long as they fit together. */
function joinPieces(pieces: readonly Span[], ruler: TokenRuler): Span[] {
  const joined: Span[] = [];
  for (let at = 0; at < pieces.length; ) {
    const last = lastThatFits(pieces, at, ruler);
    joined.push(spanOf(pieces, at, last));
    at = last + 1;
  }
  return joined;
}

/** Estimates first how far the chunk reaches, then measures there: few measurements a chunk. */
function lastThatFits(pieces: readonly Span[], first: number, ruler: TokenRuler): number {
  let last = first;
  while (last + 1 < pieces.length && ruler.seemsToFit(spanOf(pieces, first, last + 1))) last += 1;
  while (last > first && !ruler.fits(spanOf(pieces, first, last))) last -= 1;
  while (last + 1 < pieces.length && ruler.fits(spanOf(pieces, first, last + 1))) last += 1;
  return last;
}

function spanOf(pieces: readonly Span[], first: number, last: number): Span {
  return { start: pieces[first]?.start ?? 0, end: pieces[last]?.end ?? 0 };
}
