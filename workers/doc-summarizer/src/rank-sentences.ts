import { shareOfLetters } from './candidates.ts';
import type { Sentence } from './sentence.ts';
import { textRank } from './text-rank.ts';
import { type Vector, vectorsOf } from './vectors.ts';

/** A sentence with what speaks for it, 0 to 1, and its vector. */
export interface Ranked {
  readonly sentence: Sentence;
  readonly score: number;
  readonly vector: Vector;
}

/** TextRank compares every pair, so a long document sends its most promising sentences only. */
const MAX_CANDIDATES = 400;

/** Scores candidates by TextRank, their place, the topics of the headings, and how well they stand alone. */
export function rankSentences(candidates: readonly Sentence[], all: readonly Sentence[]): Ranked[] {
  const counts = stemCounts(all);
  const topics = new Set(
    all.filter(({ kind }) => kind === 'heading').flatMap(({ stems }) => [...stems.keys()]),
  );
  const traits = (sentence: Sentence): number =>
    0.45 * placeOf(sentence, all.length) +
    0.3 * topicOf(sentence, topics) +
    0.25 * weightOf(sentence, counts);
  const promising = mostPromising(candidates, (sentence) => traits(sentence) * fitnessOf(sentence));
  const vectors = vectorsOf(promising, all);
  const ranks = textRank(vectors);
  return promising.map((sentence, index) => {
    const score = (0.5 * (ranks[index] ?? 0) + 0.5 * traits(sentence)) * fitnessOf(sentence);
    return { sentence, score, vector: vectors[index] ?? new Map() };
  });
}

function mostPromising(candidates: readonly Sentence[], promise: (sentence: Sentence) => number): Sentence[] {
  if (candidates.length <= MAX_CANDIDATES) return [...candidates];
  const promised = candidates.map((sentence) => ({ sentence, promise: promise(sentence) }));
  promised.sort((a, b) => b.promise - a.promise || a.sentence.index - b.sentence.index);
  const kept = promised.slice(0, MAX_CANDIDATES).map(({ sentence }) => sentence);
  return kept.sort((a, b) => a.index - b.index);
}

/** Documents say early, and paragraphs at their beginning, what they are about. */
function placeOf({ index, first, kind }: Sentence, total: number): number {
  const early = 1 / (1 + (6 * index) / Math.max(6, total));
  return 0.6 * early + (first && kind === 'prose' ? 0.4 : 0);
}

/** How much of a sentence is about the topics of the headings. */
function topicOf({ stems }: Sentence, topics: ReadonlySet<string>): number {
  const shared = [...stems.keys()].filter((stem) => topics.has(stem)).length;
  return Math.min(1, shared / 4);
}

/** How frequent a sentence's stems are in the document, on average. */
function weightOf({ stems }: Sentence, counts: ReadonlyMap<string, number>): number {
  if (stems.size === 0) return 0;
  const greatest = Math.log(1 + (counts.get('') ?? 1));
  const sum = [...stems.keys()].reduce((total, stem) => total + Math.log(counts.get(stem) ?? 1), 0);
  return Math.min(1, sum / stems.size / greatest);
}

/** How often each stem occurs; under the empty stem, how often the most frequent one does. */
function stemCounts(all: readonly Sentence[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stems } of all) {
    for (const [stem, count] of stems) counts.set(stem, (counts.get(stem) ?? 0) + count);
  }
  counts.set(
    '',
    [...counts.values()].reduce((most, count) => Math.max(most, count), 1),
  );
  return counts;
}

/** Sentences that lean on the one before them read badly on their own. */
const LEANING =
  /^(?:this|that|these|those|it|its|they|their|them|he|his|she|her|such|both|and|but|or|so|then|thus|hence|however|therefore|moreover|furthermore|otherwise|instead|also|for example|for instance|in this case|as above|the same|the former|the latter|the first|the second|the third|the last|the other|here|there,)\b/i;

/** Sentences about a place in the document say nothing outside of it. */
const POINTING =
  /\b(?:this|first|second|third|next|following|previous) (?:table|list|figure|section|chapter|example)\b|\b(?:above|below)\b/i;

type Fault = readonly [factor: number, applies: (sentence: Sentence) => boolean];

const FAULTS: readonly Fault[] = [
  [0.6, ({ text }) => LEANING.test(text)],
  [0.75, ({ kind }) => kind === 'item'],
  [0.7, ({ words }) => words < 7],
  [0.93, ({ words }) => words < 10],
  [0.85, ({ words }) => words > 40],
  [0.6, ({ words }) => words > 70],
  [0.75, ({ text }) => text.endsWith('?')],
  [0.75, ({ text }) => shareOfLetters(text) < 0.75],
  [0.85, ({ text }) => /\w_\w|\w\.\w+\.\w/.test(text)],
  [0.6, ({ text }) => /[{}<>=|]/.test(text)],
  [0.5, ({ text }) => POINTING.test(text)],
];

/** How well a sentence stands on its own, 0 to 1. */
function fitnessOf(sentence: Sentence): number {
  return FAULTS.reduce((fitness, [factor, applies]) => (applies(sentence) ? fitness * factor : fitness), 1);
}
