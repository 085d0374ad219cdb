import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../generate/find-mutants.ts';
import type { Source } from '../generate/source.ts';
import type { Workspaces } from './layout.ts';
import { markSource, type Place } from './mark-source.ts';
import { type FailedCase, type PreparedCase, runCases } from './run-cases.ts';

/** Which cases reach which places: only those can catch a mutant there. */
export interface Reach {
  readonly places: readonly Place[];
  /** The numbers of the places that run while a module is loaded. */
  readonly loading: ReadonlySet<number>;
  /** By the number of a case, the numbers of the places that it reaches. */
  readonly reachedBy: readonly ReadonlySet<number>[];
  /** The cases that fail without a mutant. */
  readonly failing: readonly FailedCase[];
  /** Places that are excluded although a case reaches them, with their lines. */
  readonly untrue: readonly (Place & { readonly line: number })[];
}

/** Marks the sources at each function and statement and runs every case once. */
export async function findReach(
  workspaces: Workspaces,
  sources: readonly Source[],
  cases: readonly PreparedCase[],
): Promise<Reach> {
  const places = writeMarked(workspaces, sources);
  const file = join(workspaces.root, 'reached.json');
  const failing = await runCases(workspaces.port(0), cases, {
    all: true,
    env: { WCP_MUTANTS_REACHED: file },
  });
  for (const source of sources) workspaces.write(0, source, source.code);
  const { loading, requests } = readReached(file);
  const reached = new Set(requests.flat());
  const untrue = places.filter(({ unreachable }, number) => unreachable && reached.has(number));
  return {
    places,
    loading: new Set(loading),
    reachedBy: requests.map((numbers) => new Set(numbers)),
    failing,
    untrue: untrue.map((place) => ({ ...place, line: lineOf(sources, place) })),
  };
}

function writeMarked(workspaces: Workspaces, sources: readonly Source[]): Place[] {
  const places: Place[] = [];
  for (const source of sources) {
    const { places: more, marked } = markSource(source, places.length);
    places.push(...more);
    workspaces.write(0, source, marked);
  }
  return places;
}

function readReached(file: string): { loading: number[]; requests: number[][] } {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function lineOf(sources: readonly Source[], { path, start }: Place): number {
  const code = sources.find((source) => source.path === path)?.code ?? '';
  return code.slice(0, start).split('\n').length;
}

/** The number of the smallest place around a mutant, or -1 for code that runs while its module is loaded. */
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
