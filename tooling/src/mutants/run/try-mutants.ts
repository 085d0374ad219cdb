import type { Journal } from './journal.ts';
import { bySource, casesFor, Killers } from './killers.ts';
import { type Mutant, mutate, type Trial, type TriedMutant } from './mutant.ts';
import type { Reach } from './reach.ts';
import { type FailedCase, type PreparedCase, runCases } from './run-cases.ts';
import type { Source, Workspaces } from './suite.ts';

const PROGRESS_MS = 15_000;
/** A machine that is busy must not pass for a mutant that hangs: who hangs is given this long once more. */
const PATIENCE_MS = 15_000;

/** What mutants are tried on. */
export interface Trials {
  readonly workspaces: Workspaces;
  readonly sources: readonly Source[];
  readonly mutants: readonly Mutant[];
  readonly cases: readonly PreparedCase[];
  readonly reach: Reach;
  /** Keeps each result as soon as it is known. */
  readonly journal: Journal;
}

/**
 * Runs every mutant as a port and lets the fixtures catch it. Gives them in their order. The mutants of a
 * source are tried one after the other, so that which case catches them does not depend on how many
 * workspaces there are.
 */
export async function tryMutants(trials: Trials): Promise<TriedMutant[]> {
  const { workspaces, mutants } = trials;
  const results = new Map<Mutant, TriedMutant>();
  const queue = bySource(mutants);
  const progress = setInterval(() => printProgress([...results.values()], mutants.length), PROGRESS_MS);
  const work = async (workspace: number) => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift())
      for await (const result of tryGroup(trials, workspace, group)) results.set(result.mutant, result.tried);
  };
  try {
    await Promise.all(Array.from({ length: workspaces.count }, (_, workspace) => work(workspace)));
  } finally {
    clearInterval(progress);
  }
  return mutants.map((mutant) => {
    const tried = results.get(mutant);
    if (tried === undefined) throw new Error(`${mutant.path}:${mutant.line} was not tried.`);
    return tried;
  });
}

function printProgress(results: readonly TriedMutant[], total: number): void {
  const survivors = results.filter(({ caught }) => caught === null).length;
  console.error(`${results.length} of ${total} mutants, ${survivors} survivors so far`);
}

async function* tryGroup(trials: Trials, workspace: number, mutants: readonly Mutant[]) {
  const killers = new Killers();
  for (const mutant of mutants) {
    const known = trials.journal.find(mutant);
    const trial = known ?? (await tryOne(trials, workspace, mutant, killers));
    if (known === undefined) trials.journal.add(mutant, trial);
    if (trial.caught?.case) killers.add(trial.caught.case);
    yield { mutant, tried: { ...mutant, ...trial } };
  }
}

async function tryOne(trials: Trials, workspace: number, mutant: Mutant, killers: Killers): Promise<Trial> {
  const cases = casesFor(mutant, trials.cases, trials.reach, killers);
  const caught = cases.length === 0 ? null : await runMutant(trials, workspace, mutant, cases);
  return { caught, asked: cases.length };
}

async function runMutant(
  { workspaces, sources }: Trials,
  workspace: number,
  mutant: Mutant,
  cases: readonly PreparedCase[],
): Promise<FailedCase | null> {
  const source = sources.find((each) => each.path === mutant.path);
  if (source === undefined) throw new Error(`There is no source ${mutant.path}.`);
  workspaces.write(workspace, source, mutate(source.code, mutant));
  try {
    const [failed = null] = await runCases(workspaces.command(workspace), cases);
    if (failed?.how !== 'hang') return failed;
    return (await runCases(workspaces.command(workspace), cases, { timeoutMs: PATIENCE_MS }))[0] ?? null;
  } finally {
    workspaces.write(workspace, source, source.code);
  }
}
