import type { Mutant } from './generate/find-mutants.ts';
import { PACKAGES } from './generate/source.ts';
import { type ExplainedMutant, explain, type SurvivorReason, unusedReasons } from './reasons.ts';
import type { Reach } from './run/reach.ts';
import type { TriedMutant } from './run/try-mutants.ts';

const MIN_SHARE = 0.9;

/** What a run has found. */
export interface MutationResult extends Pick<Reach, 'untrue' | 'failing'> {
  readonly tried: readonly ExplainedMutant[];
  readonly excluded: readonly Mutant[];
  /** Whether every mutant was tried. */
  readonly whole: boolean;
  /** How many cases there are. */
  readonly cases: number;
  readonly seconds: number;
}

/** Prints a survivor as soon as it is known; one with a reason only where all are listed. */
export function printSurvivor(mutant: TriedMutant, { list }: { list: boolean }): void {
  const explained = explain(mutant);
  if (list || explained.reason === null) console.log(lineOf(explained));
}

/** Prints what was found, the summary last. Gives whether the run has passed. */
export function printResult(result: MutationResult, { stubs }: { stubs: boolean }): boolean {
  const { tried, excluded, whole, untrue, failing } = result;
  const unexplained = tried.filter(({ caught, reason }) => caught === null && reason === null);
  if (stubs) console.log(JSON.stringify(unexplained.map(stubOf), null, 2));
  printExcluded(excluded);
  for (const { path, line } of untrue) console.log(`A fixture reaches ${path}:${line}, which is excluded.`);
  for (const { case: id, how } of failing) console.log(`Left out, ${how} without a mutant: ${id}`);
  for (const { where, line } of whole ? unusedReasons(tried) : [])
    console.log(`Unused reason: ${where}: ${line}`);
  for (const name of PACKAGES)
    printShare(
      name,
      tried.filter((mutant) => mutant.package === name),
    );
  return printSummary(result, unexplained.length);
}

function printSummary(
  { tried, excluded, untrue, failing, cases, seconds }: MutationResult,
  unexplained: number,
) {
  const survivors = tried.filter(({ caught }) => caught === null).length;
  const share = tried.length === 0 ? 0 : 1 - survivors / tried.length;
  const passed = share >= MIN_SHARE && unexplained === 0 && untrue.length === 0 && failing.length === 0;
  console.log(
    `${passed ? 'ok' : 'FAILED'}: ${tried.length - survivors} of ${tried.length} mutants caught by ${cases} cases alone (${percent(share)}); ` +
      `${survivors} survivors, ${unexplained} without a reason; ${excluded.length} excluded; ${Math.round(seconds)} s`,
  );
  return passed;
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

function printShare(name: string, tried: readonly TriedMutant[]): void {
  if (tried.length === 0) return;
  const caught = tried.filter((mutant) => mutant.caught !== null);
  const crashes = caught.filter((mutant) => mutant.caught?.how !== 'failed').length;
  console.log(
    `${name}: ${caught.length} of ${tried.length} caught (${percent(caught.length / tried.length)}), ${crashes} of them by a crash, a hang or junk`,
  );
}

function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
