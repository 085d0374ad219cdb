import { wordsOf } from '@wcp-workers/shared-text';
import type { KnownWord, WordVectors } from './word-vectors.ts';

/** A word that makes up this share of English text counts half; rarer words count more, others less. */
const HALF_WEIGHT = 1e-4;

/** The most words that are cached: as many as English has in use, whatever a request contains. */
const MAX_CACHED = 100_000;

/** Finds words, and caches what it found while one request is handled. */
export class Vocabulary {
  readonly vectors: WordVectors;
  readonly #found = new Map<string, readonly KnownWord[]>();

  constructor(vectors: WordVectors) {
    this.vectors = vectors;
  }

  /** The known words that a word of a text stands for: itself, else its parts; none when nothing is known. */
  find(word: string): readonly KnownWord[] {
    const before = this.#found.get(word);
    if (before !== undefined) return before;
    const whole = this.#findOne(word);
    const found = whole === null ? partsOf(word).flatMap((part) => this.#findOne(part) ?? []) : [whole];
    if (this.#found.size < MAX_CACHED) this.#found.set(word, found);
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
 * The vector of a text, of unit length: the sum of the vectors of its words, in which frequent English words
 * count less, without the direction that an average text has. Null when no word of the text is known.
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

/** How much a word counts, by its rank among all words (smooth inverse frequency). */
export function weightOf(rank: number, words: number): number {
  return HALF_WEIGHT / (HALF_WEIGHT + shareOf(rank, words));
}

/** The share of English text that a word makes up, by its rank (the law of Zipf and Mandelbrot). */
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
  // Divided by the greatest first: squares of very large or small numbers overflow or vanish.
  const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (greatest === 0) return null;
  const scaled = values.map((value) => value / greatest);
  const length = Math.sqrt(scaled.reduce((total, value) => total + value * value, 0));
  return scaled.map((value) => Number((value / length).toPrecision(6)));
}

/** Letters and digits, with hyphens and apostrophes inside. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** The words of a text in lower case, each with how often it occurs, in the order of first occurrence. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/**
 * The spellings under which a word may be known, the best one first: as written, without a possessive
 * ending, without accents. When none is known, the parts of the word are tried.
 */
export function spellingsOf(word: string): string[] {
  const bare = word.replace(/['’]s?$/, '');
  const plain = bare.normalize('NFKD').replace(/\p{M}/gu, '');
  return [...new Set([word, bare, plain])];
}

/** The parts of a word that hyphens and apostrophes join, and the words of a text without spaces. */
export function partsOf(word: string): string[] {
  return word.split(/['’-]/).flatMap(wordsOf);
}
