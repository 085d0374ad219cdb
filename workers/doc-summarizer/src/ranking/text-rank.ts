import type { Sentence } from '../reading/sentences.ts';

/** A sentence as weights of its stems, of length one. */
export type Vector = ReadonlyMap<string, number>;

/** The vectors of sentences: a stem counts more, the fewer sentences contain it. */
export function vectorsOf(sentences: readonly Sentence[], all: readonly Sentence[]): Vector[] {
  const occurrences = new Map<string, number>();
  for (const { stems } of all) {
    for (const stem of stems.keys()) occurrences.set(stem, (occurrences.get(stem) ?? 0) + 1);
  }
  const rarity = (stem: string) => Math.log(1 + all.length / (occurrences.get(stem) ?? 1));
  return sentences.map(({ stems }) => {
    const weights = [...stems].map(([stem, count]) => [stem, (1 + Math.log(count)) * rarity(stem)] as const);
    const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
    return new Map(weights.map(([stem, weight]) => [stem, weight / length]));
  });
}

/** How similar two sentences are, 0 to 1. */
export function similarity(a: Vector, b: Vector): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [stem, weight] of small) sum += weight * (large.get(stem) ?? 0);
  return Math.min(1, sum);
}

const DAMPING = 0.85;
const MIN_SIMILARITY = 0.05;
const MAX_ROUNDS = 50;
/** Ranks that change by less have converged. */
const CONVERGED = 1e-6;

/**
 * TextRank: a sentence matters when sentences that matter are similar to it. The greatest rank is 1. The
 * work grows with the square of the list.
 */
export function textRank(vectors: readonly Vector[]): number[] {
  const links = linksOf(vectors);
  const outward = links.map((link) => link.reduce((sum, [, weight]) => sum + weight, 0));
  let ranks = vectors.map(() => 1);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = links.map((link) => 1 - DAMPING + DAMPING * supportOf(link, ranks, outward));
    const changes = next.map((rank, index) => Math.abs(rank - (ranks[index] ?? 0)));
    ranks = next;
    if (greatest(changes) < CONVERGED) break;
  }
  const most = greatest(ranks);
  return ranks.map((rank) => (most > 0 ? rank / most : 0));
}

type Link = readonly (readonly [other: number, weight: number])[];

function linksOf(vectors: readonly Vector[]): readonly Link[] {
  const links: [number, number][][] = vectors.map(() => []);
  for (const [a, vector] of vectors.entries()) {
    for (let b = a + 1; b < vectors.length; b += 1) {
      const weight = similarity(vector, vectors[b] ?? new Map());
      if (weight < MIN_SIMILARITY) continue;
      links[a]?.push([b, weight]);
      links[b]?.push([a, weight]);
    }
  }
  return links;
}

function supportOf(link: Link, ranks: readonly number[], outward: readonly number[]): number {
  return link.reduce(
    (sum, [other, weight]) => sum + ((ranks[other] ?? 0) * weight) / (outward[other] || 1),
    0,
  );
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
