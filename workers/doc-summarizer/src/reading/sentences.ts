import { isUnspaced, sentenceStarts } from '@wcp-workers/shared-text';
import type { Block } from './blocks.ts';
import { type Words, wordsOf } from './words.ts';

/** A sentence of the document and what is known of it. */
export interface Sentence extends Words {
  readonly text: string;
  /** Its place among the sentences of the document, from 0. */
  readonly index: number;
  readonly kind: Block['kind'];
  /** Whether it opens its paragraph. */
  readonly isFirst: boolean;
}

/** The sentences of all blocks, headings included, in the order of the document. */
export function sentencesOf(blocks: readonly Block[]): Sentence[] {
  const sentences: Sentence[] = [];
  for (const { kind, text } of blocks) {
    for (const [place, sentence] of split(withoutData(text)).entries()) {
      const words = wordsOf(sentence);
      sentences.push({ ...words, text: sentence, index: sentences.length, kind, isFirst: place === 0 });
    }
  }
  return sentences;
}

/** A longer run without a space is data, a ruler, an encoded file; but not in a script that has no spaces. */
const MAX_RUN_LENGTH = 200;
function withoutData(text: string): string {
  return text
    .split(' ')
    .filter((run) => run.length <= MAX_RUN_LENGTH || isUnspaced(run))
    .join(' ');
}

function split(text: string): string[] {
  const borders = [0, ...sentenceStarts(text), text.length];
  return borders
    .slice(1)
    .flatMap((end, index) => shortParts(text.slice(borders[index], end).trim()))
    .filter((sentence) => sentence !== '');
}

/** A longer text without the end of a sentence is cut between two words. */
const MAX_SENTENCE_LENGTH = 4000;

function shortParts(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (text.length - start > MAX_SENTENCE_LENGTH) {
    const space = text.lastIndexOf(' ', start + MAX_SENTENCE_LENGTH);
    const end = space > start ? space : start + MAX_SENTENCE_LENGTH;
    parts.push(text.slice(start, end).toWellFormed());
    start = space > start ? end + 1 : end;
  }
  return [...parts, text.slice(start).toWellFormed()];
}
