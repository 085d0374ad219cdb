import type { MutantOptions } from './options.ts';
import { type ExplainedMutant, type SurvivorReason, type UnusedReason, unusedReasons } from './reasons.ts';
import type { Mutant } from './run/mutant.ts';
import type { Reach } from './run/reach.ts';

const MIN_SHARE = 0.9;

/** What a run of a suite has found. */
export interface MutationResult extends Pick<Reach, 'untrue' | 'failing'> {
  readonly tried: readonly ExplainedMutant[];
  readonly excluded: readonly Mutant[];
  /** The sources of which every mutant was tried. */
  readonly paths: readonly string[];
  /** How many cases there are for it. */
  readonly cases: number;
  readonly seconds: number;
}

/** Prints what was found, the summary last. Gives whether the run has passed. */
export function printResult(
  results: readonly MutationResult[],
  options: Pick<MutantOptions, 'targets' | 'list' | 'stubs'>,
): boolean {
  const tried = results.flatMap((result) => result.tried);
  const survivors = tried.filter(({ caught }) => caught === null);
  const unexplained = survivors.filter(({ reason }) => reason === null);
  const unused = results.flatMap(unusedIn);
  for (const mutant of options.list ? survivors : unexplained) console.log(lineOf(mutant));
  if (options.stubs) console.log(JSON.stringify(unexplained.map(stubOf), null, 2));
  printExcluded(results.flatMap(({ excluded }) => excluded));
  for (const result of results) printDefects(result);
  for (const { where, line, mutation } of unused)
    console.log(`Unused reason: ${where}: ${line}  ${mutation}`);
  const shares = options.targets.map((name) =>
    printShare(
      name,
      tried.filter(({ target }) => target === name),
    ),
  );
  const sound = results.every(({ untrue, failing }) => untrue.length === 0 && failing.length === 0);
  const passed =
    shares.every((share) => share >= MIN_SHARE) && unexplained.length === 0 && unused.length === 0 && sound;
  printSummary(results, passed, unexplained, unused);
  return passed;
}

function unusedIn({ tried, excluded, paths }: MutationResult): UnusedReason[] {
  return unusedReasons([...tried.filter(({ caught }) => caught === null), ...excluded], paths);
}

function printDefects({ untrue, failing }: MutationResult): void {
  for (const { path, line } of untrue) console.log(`A fixture reaches ${path}:${line}, which is excluded.`);
  for (const { case: id, how } of failing) console.log(`Left out, ${how} without a mutant: ${id}`);
}

function printSummary(
  results: readonly MutationResult[],
  passed: boolean,
  unexplained: readonly ExplainedMutant[],
  unused: readonly UnusedReason[],
): void {
  const tried = results.flatMap((result) => result.tried);
  const survivors = tried.filter(({ caught }) => caught === null).length;
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const excluded = results.reduce((sum, result) => sum + result.excluded.length, 0);
  console.log(
    `${passed ? 'ok' : 'FAILED'}: ${tried.length - survivors} of ${tried.length} mutants caught by fixtures alone; ` +
      `${survivors} survivors, ${unexplained.length} without a reason; ${unused.length} unused reasons; ` +
      `${excluded} excluded; ${Math.round(seconds)} s`,
  );
}

function lineOf({ path, line, column, operator, change, reason, asked }: ExplainedMutant): string {
  const why = reason ?? (asked === 0 ? 'NO REASON, no case reaches it' : 'NO REASON');
  return `${path}:${line}:${column}  ${operator}: ${change}\n    ${why}`;
}

function stubOf({ path, original, change }: Mutant): SurvivorReason {
  return { where: path, line: original, mutations: [change], reason: '' };
}

function printExcluded(mutants: readonly Mutant[]): void {
  const counts = new Map<string, number>();
  for (const { excluded } of mutants) {
    const reason = excluded ?? '';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  console.log(`\nNot mutated, because no operation of the line protocol shows it (${mutants.length}):`);
  for (const [reason, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(`${String(count).padStart(6)}  ${reason}`);
}

/** Prints how many mutants of a target were caught, and gives their share; none tried is none caught. */
function printShare(name: string, tried: readonly ExplainedMutant[]): number {
  const caught = tried.filter((mutant) => mutant.caught !== null);
  const share = tried.length === 0 ? 0 : caught.length / tried.length;
  const crashes = caught.filter((mutant) => mutant.caught?.how !== 'failed').length;
  console.log(
    `${name}: ${caught.length} of ${tried.length} caught (${percent(share)}), ${crashes} of them by a crash, a hang or junk`,
  );
  return share;
}

function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
