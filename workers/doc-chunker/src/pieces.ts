import { cutLong } from './cut-long.ts';
import type { Block, Section } from './sections.ts';
import { linesOf, sentencesOf } from './sentences.ts';
import { behindSpace, type Span, trimmed } from './span.ts';
import type { TokenRuler } from './token-ruler.ts';

/**
 * The pieces of a section, in order, none of which is too long: its paragraphs where they fit, else
 * their sentences, else parts of those. The headings stay with what is first under them.
 */
export function piecesOf({ lead, blocks }: Section, ruler: TokenRuler): Span[] {
  if (lead === null) return blocks.flatMap((block) => piecesOfBlock(block, block.start, ruler));
  const [first, ...rest] = blocks;
  if (first === undefined) return cutWhereLong(lead, lead.start, ruler);
  return [
    ...piecesOfBlock(first, lead.start, ruler),
    ...rest.flatMap((block) => piecesOfBlock(block, block.start, ruler)),
  ];
}

/** @param start where the block begins, or the headings above it */
function piecesOfBlock(block: Block, start: number, ruler: TokenRuler): Span[] {
  const whole = trimmed(ruler.text, { start, end: block.end });
  if (whole === null) return [];
  if (ruler.fits(whole)) return [whole];
  const parts = block.kind === 'code' ? linesOf(ruler.text, block) : sentencesOf(ruler.text, block);
  return parts.flatMap((part, index) => {
    const from = index === 0 ? start : part.start;
    return cutWhereLong({ start: from, end: part.end }, part.start, ruler);
  });
}

/** @param body where the text behind the headings begins, if there are any */
function cutWhereLong(span: Span, body: number, ruler: TokenRuler): Span[] {
  const part = trimmed(ruler.text, span);
  if (part === null) return [];
  return ruler.fits(part) ? [part] : cutLong(part, behindSpace(ruler.text, body), ruler);
}
