import type { Sentence } from '../reading/sentences.ts';
import { fitnessOf } from './fitness.ts';
import { textRank, type Vector, vectorsOf } from './text-rank.ts';

/** A sentence with its score, 0 to 1, and its vector. */
export interface Ranked {
  readonly sentence: Sentence;
  readonly score: number;
  readonly vector: Vector;
}

/** TextRank compares every pair, so only the most promising sentences of a long document take part. */
const MAX_CANDIDATES = 400;

/** Scores candidates by TextRank, their place, the topics of the headings, and how well they read alone. */
export function rankSentences(candidates: readonly Sentence[], all: readonly Sentence[]): Ranked[] {
  const counts = stemCounts(all);
  const headings = all.filter(({ kind }) => kind === 'heading');
  const topics = new Set(headings.flatMap(({ stems }) => [...stems.keys()]));
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
  const scored = candidates.map((sentence) => ({ sentence, promise: promise(sentence) }));
  scored.sort((a, b) => b.promise - a.promise || a.sentence.index - b.sentence.index);
  const kept = scored.slice(0, MAX_CANDIDATES).map(({ sentence }) => sentence);
  return kept.sort((a, b) => a.index - b.index);
}

/** Documents say early, and paragraphs at their beginning, what they are about. */
function placeOf({ index, isFirst, kind }: Sentence, total: number): number {
  const early = 1 / (1 + (6 * index) / Math.max(6, total));
  return 0.6 * early + (isFirst && kind === 'paragraph' ? 0.4 : 0);
}

/** How much of a sentence is about the topics of the headings. */
function topicOf({ stems }: Sentence, topics: ReadonlySet<string>): number {
  const shared = [...stems.keys()].filter((stem) => topics.has(stem)).length;
  return Math.min(1, shared / 4);
}

interface StemCounts {
  readonly of: ReadonlyMap<string, number>;
  readonly greatest: number;
}

/** How often each stem occurs, and the most frequent one. */
function stemCounts(all: readonly Sentence[]): StemCounts {
  const of = new Map<string, number>();
  for (const { stems } of all) {
    for (const [stem, count] of stems) of.set(stem, (of.get(stem) ?? 0) + count);
  }
  return { of, greatest: [...of.values()].reduce((most, count) => Math.max(most, count), 1) };
}

/** How frequent a sentence's stems are in the document, on average. */
function weightOf({ stems }: Sentence, { of, greatest }: StemCounts): number {
  if (stems.size === 0) return 0;
  const sum = [...stems.keys()].reduce((total, stem) => total + Math.log(of.get(stem) ?? 1), 0);
  return Math.min(1, sum / stems.size / Math.log(1 + greatest));
}
