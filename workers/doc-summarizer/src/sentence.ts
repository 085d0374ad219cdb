import type { Block } from './block.ts';

/** A sentence of the document and what is known of it. */
export interface Sentence {
  readonly text: string;
  /** Its place among the sentences of the document, from 0. */
  readonly index: number;
  readonly kind: Block['kind'];
  /** Whether it opens its paragraph. */
  readonly first: boolean;
  /** How many words it has, stop words included. */
  readonly words: number;
  /** Its stems without stop words, each with how often it occurs. */
  readonly stems: ReadonlyMap<string, number>;
  /** The words behind the stems, for showing. */
  readonly surfaces: readonly (readonly [stem: string, word: string])[];
}
