import type { Ranked } from './rank-sentences.ts';
import { similarity } from './vectors.ts';

/** How much likeness to what is picked already counts against a sentence. */
const REDUNDANCY = 0.5;
/** Sentences that are more alike say the same. */
const SAME = 0.8;

/**
 * Picks the best sentences that do not repeat each other (maximal marginal relevance), in the order of
 * the document.
 */
export function pickSentences(ranked: readonly Ranked[], most: number): Ranked[] {
  const left = new Map(ranked.map((one) => [one, 0]));
  const picked: Ranked[] = [];
  while (picked.length < most) {
    const best = bestOf(left);
    if (best === null) break;
    left.delete(best);
    picked.push(best);
    for (const [one, likeness] of left) {
      const greater = Math.max(likeness, similarity(one.vector, best.vector));
      if (greater > SAME || one.sentence.text === best.sentence.text) left.delete(one);
      else left.set(one, greater);
    }
  }
  return picked.sort((a, b) => a.sentence.index - b.sentence.index);
}

/** The sentence with the most to say that is not said yet; the earlier of two equals. */
function bestOf(left: ReadonlyMap<Ranked, number>): Ranked | null {
  let best: Ranked | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const [one, likeness] of left) {
    const worth = one.score - REDUNDANCY * likeness;
    if (worth > most) [best, most] = [one, worth];
  }
  return best;
}
