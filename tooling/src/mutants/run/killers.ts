import type { Mutant } from './mutant.ts';
import { placeAround, type Reach } from './reach.ts';
import type { PreparedCase } from './run-cases.ts';

const MAX_KILLERS = 40;

/** The cases that caught the latest mutants of one source, the latest first. */
export class Killers {
  #ids: readonly string[] = [];

  add(id: string): void {
    this.#ids = [id, ...this.#ids.filter((other) => other !== id)].slice(0, MAX_KILLERS);
  }

  /** Known killers first; the others in rounds, one case of each group a round. */
  first(cases: readonly PreparedCase[]): PreparedCase[] {
    const rounds = new Map<string, number>();
    const ranked = cases.map((each) => {
      const { id } = each.item;
      const group = id.slice(0, id.lastIndexOf('/'));
      const round = rounds.get(group) ?? 0;
      rounds.set(group, round + 1);
      const at = this.#ids.indexOf(id);
      return { each, rank: at === -1 ? round : at / 1_000 - 1 };
    });
    return ranked.sort((a, b) => a.rank - b.rank).map(({ each }) => each);
  }
}

/** The cases that can catch a mutant, in the order in which they are most likely to. */
export function casesFor(
  mutant: Mutant,
  cases: readonly PreparedCase[],
  reach: Reach,
  killers: Killers,
): PreparedCase[] {
  const failing = new Set(reach.failing.map((each) => each.case));
  const usable = cases.filter(
    ({ item, number }) => reach.reachedBy[number] !== undefined && !failing.has(item.id),
  );
  const place = placeAround(reach, mutant);
  const reaching =
    place === -1
      ? nearFirst(usable, mutant, reach)
      : usable.filter(({ number }) => reach.reachedBy[number]?.has(place));
  return killers.first(reaching);
}

/** Code that runs before the first case may show anywhere; most likely in what reaches its file. */
function nearFirst(cases: readonly PreparedCase[], { path }: Mutant, reach: Reach): PreparedCase[] {
  const isNear = ({ number }: PreparedCase) =>
    [...(reach.reachedBy[number] ?? [])].some((place) => reach.places[place]?.path === path);
  const near = new Set(cases.filter(isNear));
  return [...near, ...cases.filter((each) => !near.has(each))];
}

/** Mutants by their source, the longest list first, so that no workspace is left with a long one at the end. */
export function bySource(mutants: readonly Mutant[]): Mutant[][] {
  const groups = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const group = groups.get(mutant.path) ?? [];
    groups.set(mutant.path, group);
    group.push(mutant);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}
