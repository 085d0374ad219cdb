import type { Sentence } from './sentence.ts';

/** A sentence as weights of its stems, of length one. */
export type Vector = ReadonlyMap<string, number>;

/** The vectors of sentences: a stem counts the more, the fewer sentences it stands in. */
export function vectorsOf(sentences: readonly Sentence[], all: readonly Sentence[]): Vector[] {
  const spread = new Map<string, number>();
  for (const { stems } of all) {
    for (const stem of stems.keys()) spread.set(stem, (spread.get(stem) ?? 0) + 1);
  }
  const rarity = (stem: string) => Math.log(1 + all.length / (spread.get(stem) ?? 1));
  return sentences.map(({ stems }) => {
    const weights = [...stems].map(([stem, count]) => [stem, (1 + Math.log(count)) * rarity(stem)] as const);
    const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
    return new Map(weights.map(([stem, weight]) => [stem, weight / length]));
  });
}

/** How alike two sentences are, 0 to 1. */
export function similarity(a: Vector, b: Vector): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [stem, weight] of small) sum += weight * (large.get(stem) ?? 0);
  return Math.min(1, sum);
}
