import { similarity, type Vector } from './vectors.ts';

const DAMPING = 0.85;
const LEAST_SIMILARITY = 0.05;
const MAX_ROUNDS = 50;
const SETTLED = 1e-6;

/**
 * TextRank: a sentence matters when sentences that matter are like it. The greatest rank is 1. The
 * work grows with the square of the list.
 */
export function textRank(vectors: readonly Vector[]): number[] {
  const links = linksOf(vectors);
  const outward = links.map((link) => link.reduce((sum, [, weight]) => sum + weight, 0));
  let ranks = vectors.map(() => 1);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = links.map((link) => {
      const support = link.reduce(
        (sum, [other, weight]) => sum + ((ranks[other] ?? 0) * weight) / (outward[other] || 1),
        0,
      );
      return 1 - DAMPING + DAMPING * support;
    });
    const change = next.reduce(
      (most, rank, index) => Math.max(most, Math.abs(rank - (ranks[index] ?? 0))),
      0,
    );
    ranks = next;
    if (change < SETTLED) break;
  }
  const greatest = ranks.reduce((most, rank) => Math.max(most, rank), 0);
  return ranks.map((rank) => (greatest > 0 ? rank / greatest : 0));
}

type Links = readonly (readonly (readonly [other: number, weight: number])[])[];

function linksOf(vectors: readonly Vector[]): Links {
  const links: [number, number][][] = vectors.map(() => []);
  for (const [a, vector] of vectors.entries()) {
    for (let b = a + 1; b < vectors.length; b += 1) {
      const weight = similarity(vector, vectors[b] ?? new Map());
      if (weight < LEAST_SIMILARITY) continue;
      links[a]?.push([b, weight]);
      links[b]?.push([a, weight]);
    }
  }
  return links;
}
