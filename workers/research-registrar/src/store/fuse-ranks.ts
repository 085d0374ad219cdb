/** How much places far down a list still count: the usual constant of reciprocal rank fusion. */
const SMOOTHING = 60;

/** An entry of a fused list. */
export interface Fused {
  readonly id: number;
  readonly score: number;
}

/**
 * Fuses ranked lists into one: an entry gets 1 / (60 + its place) from each list that contains it, so that
 * lists with different kinds of scores can be added. Best first; equal entries in the order of their ids.
 */
export function fuseRanks(lists: readonly (readonly number[])[]): Fused[] {
  const scores = new Map<number, number>();
  for (const list of lists) {
    for (const [index, id] of list.entries()) {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (SMOOTHING + index + 1));
    }
  }
  const fused = [...scores].map(([id, score]) => ({ id, score: Number(score.toPrecision(6)) }));
  return fused.sort((a, b) => b.score - a.score || a.id - b.id);
}
