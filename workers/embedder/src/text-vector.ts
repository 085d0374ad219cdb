import type { KnownWord, WordVectors } from './word-vectors.ts';
import { countWords, partsOf, spellingsOf } from './words.ts';

/** A word that makes up this share of English text counts half; rarer ones count more, others less. */
const HALF_WEIGHT = 1e-4;

/** How many words are remembered at most: as many as English has in use, not as many as somebody sends. */
const MAX_REMEMBERED = 100_000;

/** Finds words and remembers what it found, for as long as one request takes. */
export class Vocabulary {
  readonly vectors: WordVectors;
  readonly #found = new Map<string, readonly KnownWord[]>();

  constructor(vectors: WordVectors) {
    this.vectors = vectors;
  }

  /** The known words that a word of a text stands for: itself, else its parts; none where nothing is known. */
  find(word: string): readonly KnownWord[] {
    const before = this.#found.get(word);
    if (before !== undefined) return before;
    const whole = this.#findOne(word);
    const found = whole === null ? partsOf(word).flatMap((part) => this.#findOne(part) ?? []) : [whole];
    if (this.#found.size < MAX_REMEMBERED) this.#found.set(word, found);
    return found;
  }

  #findOne(word: string): KnownWord | null {
    for (const spelling of spellingsOf(word)) {
      const known = this.vectors.find(spelling);
      if (known !== null) return known;
    }
    return null;
  }
}

/**
 * The vector of a text, of unit length: the sum of the vectors of its words, in which a word counts the
 * less the more frequent it is in English, without the direction that an average text has. Null where no
 * word of the text is known.
 */
export function textVector(text: string, vocabulary: Vocabulary): number[] | null {
  const { vectors } = vocabulary;
  const sum = new Float64Array(vectors.dimensions);
  for (const [word, count] of countWords(text)) {
    for (const { rank, scale, components } of vocabulary.find(word)) {
      addScaled(sum, components, count * weightOf(rank, vectors.size) * scale);
    }
  }
  addScaled(sum, vectors.common, -dot(sum, vectors.common));
  return unitVector(sum);
}

/** How much a word counts by its rank among so many words (smooth inverse frequency). */
export function weightOf(rank: number, words: number): number {
  return HALF_WEIGHT / (HALF_WEIGHT + shareOf(rank, words));
}

/** Which share of English text is this word, by its rank (the law of Zipf and Mandelbrot). */
export function shareOf(rank: number, words: number): number {
  return 1 / ((rank + 2.7) * (Math.log(words) + 0.5772));
}

function addScaled(sum: Float64Array, vector: ArrayLike<number>, factor: number): void {
  for (let k = 0; k < sum.length; k += 1) sum[k] = (sum[k] ?? 0) + factor * (vector[k] ?? 0);
}

function dot(a: Float64Array, b: ArrayLike<number>): number {
  return a.reduce((total, value, k) => total + value * (b[k] ?? 0), 0);
}

/** A vector at unit length, six significant digits each; null for one without a direction. */
export function unitVector(vector: ArrayLike<number>): number[] | null {
  const values = Array.from(vector);
  // Divided by the greatest first: squares of very great or small numbers are no numbers any more.
  const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (greatest === 0) return null;
  const scaled = values.map((value) => value / greatest);
  const length = Math.sqrt(scaled.reduce((total, value) => total + value * value, 0));
  return scaled.map((value) => Number((value / length).toPrecision(6)));
}
