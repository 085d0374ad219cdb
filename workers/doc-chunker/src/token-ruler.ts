import type { Span } from './span.ts';
import { countTokens, tokenStarts } from './tokenize.ts';

/**
 * How far the tokens of a part may differ from those that the whole text has there: a word that is cut
 * from the space before it is another token.
 */
const SLACK = 8;

/** Measures the parts of one text in tokens. The text is read once; a part only where it is near the limit. */
export class TokenRuler {
  readonly text: string;
  readonly #most: number;
  readonly #starts: readonly number[];

  /** @param most the most tokens of a chunk */
  constructor(text: string, most: number) {
    this.text = text;
    this.#most = most;
    this.#starts = tokenStarts(text);
  }

  /** How many tokens a part has by itself. */
  count({ start, end }: Span): number {
    return countTokens(this.text.slice(start, end));
  }

  /** Whether a part has no more tokens than a chunk may have. */
  fits(span: Span): boolean {
    return this.mayFit(span) && this.count(span) <= this.#most;
  }

  /** False where a part is certainly too long, in the time of two look-ups. */
  mayFit({ start, end }: Span): boolean {
    return this.#indexOf(end) - this.#indexOf(start) <= this.#most + SLACK;
  }

  /** Whether a part fits by the tokens of the whole text, in the time of two look-ups. */
  seemsToFit({ start, end }: Span): boolean {
    return this.#indexOf(end) - this.#indexOf(start) <= this.#most;
  }

  /** The last place where a chunk from `start` may end, with `fewer` tokens than it may have. */
  endOfChunk(start: number, fewer: number): number {
    const index = this.#indexOf(start) + this.#most - fewer;
    return this.#starts[index] ?? this.text.length;
  }

  /** By how many tokens a part is longer than a chunk may be. */
  excess(span: Span): number {
    return this.count(span) - this.#most;
  }

  /** The first token that begins at a place or behind it. */
  #indexOf(place: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
