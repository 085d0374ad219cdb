import type { Mutant } from '../generate/find-mutants.ts';
import type { Source } from '../generate/source.ts';
import type { Workspaces } from './layout.ts';
import { placeAround, type Reach } from './reach.ts';
import { type FailedCase, type PreparedCase, runCases } from './run-cases.ts';

const PROGRESS_MS = 15_000;
const MAX_KILLERS = 40;

/** A mutant with what became of it: the case that caught it, or null for a survivor. */
export interface TriedMutant extends Mutant {
  readonly caught: FailedCase | null;
  /** How many cases could reach it. */
  readonly asked: number;
}

/** What mutants are tried on. */
export interface Trial {
  readonly workspaces: Workspaces;
  readonly sources: readonly Source[];
  readonly mutants: readonly Mutant[];
  readonly cases: readonly PreparedCase[];
  readonly reach: Reach;
  /** Called with each survivor as soon as it is known. */
  readonly survived: (mutant: TriedMutant) => void;
}

/** Runs every mutant as a port and lets the fixtures catch it. Gives them in their order. */
export async function tryMutants(trial: Trial): Promise<TriedMutant[]> {
  const { workspaces, mutants } = trial;
  const results: TriedMutant[] = [];
  const killers = new Killers();
  let next = 0;
  const progress = setInterval(() => printProgress(results, mutants.length), PROGRESS_MS);
  const work = async (workspace: number) => {
    for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
      const result = await tryOne(trial, workspace, mutant, killers);
      results.push(result);
      if (result.caught === null) trial.survived(result);
    }
  };
  await Promise.all(Array.from({ length: workspaces.count }, (_, workspace) => work(workspace)));
  clearInterval(progress);
  const order = new Map(mutants.map((mutant, index) => [placeKey(mutant), index]));
  return results.sort((a, b) => (order.get(placeKey(a)) ?? 0) - (order.get(placeKey(b)) ?? 0));
}

function placeKey({ path, start, end, replacement }: Mutant): string {
  return [path, start, end, replacement].join('\0');
}

function printProgress(results: readonly TriedMutant[], total: number): void {
  const survivors = results.filter(({ caught }) => caught === null).length;
  console.error(`${results.length} of ${total} mutants, ${survivors} survivors so far`);
}

async function tryOne(
  trial: Trial,
  workspace: number,
  mutant: Mutant,
  killers: Killers,
): Promise<TriedMutant> {
  const cases = casesFor(mutant, trial, killers);
  const caught = cases.length === 0 ? null : await runMutant(trial, workspace, mutant, cases);
  if (caught?.case) killers.add(mutant.path, caught.case);
  return { ...mutant, caught, asked: cases.length };
}

async function runMutant(
  { workspaces, sources }: Trial,
  workspace: number,
  { path, start, end, replacement }: Mutant,
  cases: readonly PreparedCase[],
): Promise<FailedCase | null> {
  const source = sources.find((each) => each.path === path);
  if (source === undefined) throw new Error(`There is no source ${path}.`);
  workspaces.write(workspace, source, source.code.slice(0, start) + replacement + source.code.slice(end));
  try {
    return (await runCases(workspaces.port(workspace), cases))[0] ?? null;
  } finally {
    workspaces.write(workspace, source, source.code);
  }
}

/** Those that reach the place: first what caught its neighbours, then one of each group. */
function casesFor(mutant: Mutant, { cases, reach }: Trial, killers: Killers): PreparedCase[] {
  const failing = new Set(reach.failing.map((each) => each.case));
  const usable = cases.filter(({ item }) => !failing.has(item.id));
  const place = placeAround(reach, mutant);
  const reaching =
    place === -1
      ? nearFirst(usable, mutant.path, reach)
      : usable.filter(({ number }) => reach.reachedBy[number]?.has(place));
  return killersFirst(reaching, killers.of(mutant.path));
}

/** Code that runs while its module is loaded may show anywhere; most likely in what reaches its file. */
function nearFirst(
  cases: readonly PreparedCase[],
  path: string,
  { places, reachedBy }: Reach,
): PreparedCase[] {
  const isNear = ({ number }: PreparedCase) =>
    [...(reachedBy[number] ?? [])].some((place) => places[place]?.path === path);
  const near = new Set(cases.filter(isNear));
  return [...near, ...cases.filter((each) => !near.has(each))];
}

/** Known killers first; the others in rounds, one case of each group a round. */
function killersFirst(cases: readonly PreparedCase[], known: readonly string[]): PreparedCase[] {
  const rounds = new Map<string, number>();
  const ranked = cases.map((each) => {
    const group = each.item.id.slice(0, each.item.id.lastIndexOf('/'));
    const round = rounds.get(group) ?? 0;
    rounds.set(group, round + 1);
    const at = known.indexOf(each.item.id);
    return { each, rank: at === -1 ? round : at / 1_000 - 1 };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ each }) => each);
}

/** The cases that caught the latest mutants of a file, the latest first. */
class Killers {
  readonly #byPath = new Map<string, readonly string[]>();

  of(path: string): readonly string[] {
    return this.#byPath.get(path) ?? [];
  }

  add(path: string, id: string): void {
    const others = this.of(path).filter((other) => other !== id);
    this.#byPath.set(path, [id, ...others].slice(0, MAX_KILLERS));
  }
}
