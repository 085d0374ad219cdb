import type { Ranked } from './rank-sentences.ts';
import { similarity } from './text-rank.ts';

/** How much similarity to what is already picked counts against a sentence. */
const REDUNDANCY = 0.5;
/** Sentences that are more similar say the same. */
const DUPLICATE = 0.8;

/**
 * Picks the best sentences that do not repeat each other (maximal marginal relevance), in the order of
 * the document.
 */
export function pickSentences(ranked: readonly Ranked[], count: number): Ranked[] {
  const left = new Map(ranked.map((one) => [one, 0]));
  const picked: Ranked[] = [];
  while (picked.length < count) {
    const best = bestOf(left);
    if (best === null) break;
    left.delete(best);
    picked.push(best);
    for (const [one, similar] of left) {
      const greater = Math.max(similar, similarity(one.vector, best.vector));
      if (greater > DUPLICATE || one.sentence.text === best.sentence.text) left.delete(one);
      else left.set(one, greater);
    }
  }
  return picked.sort((a, b) => a.sentence.index - b.sentence.index);
}

/** The sentence that adds the most; the earlier of two equals. */
function bestOf(left: ReadonlyMap<Ranked, number>): Ranked | null {
  let best: Ranked | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const [one, similar] of left) {
    const worth = one.score - REDUNDANCY * similar;
    if (worth > most) [best, most] = [one, worth];
  }
  return best;
}
