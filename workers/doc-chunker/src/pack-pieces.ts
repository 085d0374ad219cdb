import type { Span } from './span.ts';
import type { TokenRuler } from './token-ruler.ts';

/** Joins pieces that follow each other, as many as fit, each of which fits alone. */
export function packPieces(pieces: readonly Span[], ruler: TokenRuler): Span[] {
  const packed: Span[] = [];
  for (let at = 0; at < pieces.length; ) {
    const last = lastThatFits(pieces, at, ruler);
    packed.push(joined(pieces, at, last));
    at = last + 1;
  }
  return packed;
}

/** Looks up first how far the chunk seems to reach, then measures there: few measurements a chunk. */
function lastThatFits(pieces: readonly Span[], first: number, ruler: TokenRuler): number {
  let last = first;
  while (last + 1 < pieces.length && ruler.seemsToFit(joined(pieces, first, last + 1))) last += 1;
  while (last > first && !ruler.fits(joined(pieces, first, last))) last -= 1;
  while (last + 1 < pieces.length && ruler.fits(joined(pieces, first, last + 1))) last += 1;
  return last;
}

function joined(pieces: readonly Span[], first: number, last: number): Span {
  return { start: pieces[first]?.start ?? 0, end: pieces[last]?.end ?? 0 };
}
