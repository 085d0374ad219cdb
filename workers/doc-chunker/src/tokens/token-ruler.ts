import type { Span } from '../span.ts';
import { countTokens, tokenStarts } from './tokenize.ts';

/**
 * How far the tokens of a part may differ from those that the whole text has there: a word that is cut
 * from the space before it is another token.
 */
const TOLERANCE = 8;

/** Measures the parts of one text in tokens. The text is read once, and a part only when it is near the limit. */
export class TokenRuler {
  readonly text: string;
  readonly #maxTokens: number;
  readonly #starts: readonly number[];

  /** @param maxTokens the most tokens of a chunk */
  constructor(text: string, maxTokens: number) {
    this.text = text;
    this.#maxTokens = maxTokens;
    this.#starts = tokenStarts(text);
  }

  /** How many tokens a part has by itself. */
  count({ start, end }: Span): number {
    return countTokens(this.text.slice(start, end));
  }

  /** Whether a part has no more tokens than a chunk may have. */
  fits(span: Span): boolean {
    return this.#estimate(span) <= this.#maxTokens + TOLERANCE && this.excess(span) <= 0;
  }

  /** Whether a part fits by the tokens of the whole text; two look-ups. */
  seemsToFit(span: Span): boolean {
    return this.#estimate(span) <= this.#maxTokens;
  }

  /** The last place where a chunk from `start` may end, with `fewer` tokens than it may have. */
  endOfChunk(start: number, fewer: number): number {
    const index = this.#indexOf(start) + this.#maxTokens - fewer;
    return this.#starts[index] ?? this.text.length;
  }

  /** By how many tokens a part exceeds the limit of a chunk. */
  excess(span: Span): number {
    return this.count(span) - this.#maxTokens;
  }

  #estimate({ start, end }: Span): number {
    return this.#indexOf(end) - this.#indexOf(start);
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
