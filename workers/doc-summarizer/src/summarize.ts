import { plainBlocks } from './block.ts';
import { candidatesOf } from './candidates.ts';
import { keywordsOf } from './keywords.ts';
import { markdownBlocks } from './markdown-blocks.ts';
import { pickSentences } from './pick-sentences.ts';
import { rankSentences } from './rank-sentences.ts';
import type { Request, Summary } from './schema.ts';
import type { Sentence } from './sentence.ts';
import { splitSentences } from './split-sentences.ts';

/**
 * Summarises a text with its own sentences, in their order. The same text gives the same summary; a
 * text without a sentence gives an empty one.
 */
export function summarize({ text, max_sentences, format }: Request): Summary {
  const wellFormed = text.normalize('NFC');
  const blocks = format === 'markdown' ? markdownBlocks(wellFormed) : plainBlocks(wellFormed);
  const all = splitSentences(blocks);
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
  const words = wordsOf(body);
  const compression = words === 0 ? 0 : rounded(wordsOf(picked) / words, 3);
  return { sentences: body.length, words, compression };
}

function wordsOf(sentences: readonly Sentence[]): number {
  return sentences.reduce((sum, { words }) => sum + words, 0);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
