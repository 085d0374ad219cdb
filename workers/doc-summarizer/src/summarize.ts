import { keywordsOf } from './keywords.ts';
import { candidatesOf } from './ranking/fitness.ts';
import { pickSentences } from './ranking/pick-sentences.ts';
import { rankSentences } from './ranking/rank-sentences.ts';
import { blocksOf } from './reading/blocks.ts';
import { type Sentence, sentencesOf } from './reading/sentences.ts';
import type { Request, Summary } from './schema.ts';

/**
 * Summarises a text with its own sentences, in their order. The same text gives the same summary; a
 * text without a sentence gives an empty one.
 */
export function summarize({ text, max_sentences, format }: Request): Summary {
  const all = sentencesOf(blocksOf(text.normalize('NFC'), format));
  const picked = pickSentences(rankSentences(candidatesOf(all), all), max_sentences);
  const body = all.filter(({ kind }) => kind !== 'heading');
  return {
    summary: picked.map(({ sentence }) => sentence.text).join(' '),
    sentences: picked.map(({ sentence, score }) => ({
      text: sentence.text,
      index: body.indexOf(sentence),
      score: rounded(score, 4),
    })),
    statistics: statisticsOf(
      body,
      picked.map(({ sentence }) => sentence),
    ),
    keywords: keywordsOf(all),
  };
}

function statisticsOf(body: readonly Sentence[], picked: readonly Sentence[]): Summary['statistics'] {
  const words = countWords(body);
  const compression = words === 0 ? 0 : rounded(countWords(picked) / words, 3);
  return { sentences: body.length, words, compression };
}

function countWords(sentences: readonly Sentence[]): number {
  return sentences.reduce((sum, { count }) => sum + count, 0);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
