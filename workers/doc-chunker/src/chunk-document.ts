import { packPieces } from './pack-pieces.ts';
import { piecesOf } from './pieces.ts';
import type { Chunks, Request } from './schema.ts';
import { sectionsOf } from './sections.ts';
import { TokenRuler } from './token-ruler.ts';

/**
 * Cuts a document at its headings, then into paragraphs, sentences and, where a single sentence is too
 * long, tokens; then joins what is small under one heading. The same text gives the same chunks.
 */
export function chunkDocument({ text, format, max_tokens }: Request): Chunks {
  const ruler = new TokenRuler(text, max_tokens);
  const parts = sectionsOf(text, format).flatMap((section) =>
    packPieces(piecesOf(section, ruler), ruler).map((span) => ({ span, heading: section.heading })),
  );
  const chunks = parts.map(({ span: { start, end }, heading }, index) => {
    const tokens = ruler.count({ start, end });
    return { index, text: text.slice(start, end), tokens, start, end, heading };
  });
  return { chunks, tokens: chunks.reduce((sum, { tokens }) => sum + tokens, 0) };
}
