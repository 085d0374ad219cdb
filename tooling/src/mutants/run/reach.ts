import type { Mutant } from './mutant.ts';
import type { FailedCase } from './run-cases.ts';

/** A function or statement, by its number in the list of all places. */
export interface Place {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** No operation reaches it, so its code is not mutated. */
  readonly unreachable: boolean;
}

/** Which cases reach which places: only those can catch a mutant there. */
export interface Reach {
  readonly places: readonly Place[];
  /** The numbers of the places that run before the first case: while a module is loaded or the port starts. */
  readonly loading: ReadonlySet<number>;
  /** By the number of a case, the numbers of the places that it reaches; undefined for a case that is not run. */
  readonly reachedBy: readonly (ReadonlySet<number> | undefined)[];
  /** The cases that fail without a mutant. */
  readonly failing: readonly FailedCase[];
  /** Places that are excluded although a case reaches them, with their lines. */
  readonly untrue: readonly (Place & { readonly line: number })[];
}

/** The number of the smallest place around a mutant, or -1 for code that runs before the first case. */
export function placeAround({ places, loading }: Reach, { path, start, end }: Mutant): number {
  let best = -1;
  let size = Number.POSITIVE_INFINITY;
  for (const [number, place] of places.entries()) {
    if (place.path !== path || place.start > start || place.end < end) continue;
    if (place.end - place.start > size) continue;
    best = number;
    size = place.end - place.start;
  }
  return loading.has(best) ? -1 : best;
}
