import type { Check, SuiteRun } from './suite.ts';

/** How a scenario went through the gateway, against how it goes without. */
export interface Comparison {
  readonly scenario: string;
  /** Checks that passed and failed, as the suite counts them: a warning is neither. */
  readonly direct: Count | null;
  readonly through: Count | null;
  /** What is worse through the gateway, a sentence each. */
  readonly worse: readonly string[];
}

/** Passed and failed checks. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

const RANKS: Readonly<Record<Check['status'], number>> = {
  FAILURE: 0,
  WARNING: 1,
  SKIPPED: 2,
  INFO: 3,
  SUCCESS: 4,
};

/** Compares two runs, scenario by scenario and check by check. */
export function compareRuns(direct: SuiteRun, through: SuiteRun): Comparison[] {
  const scenarios = [...new Set([...direct.keys(), ...through.keys()])];
  return scenarios.map((scenario) => {
    const [without, within] = [direct.get(scenario), through.get(scenario)];
    return {
      scenario,
      direct: without === undefined ? null : countOf(without),
      through: within === undefined ? null : countOf(within),
      worse: worseOf(without, within),
    };
  });
}

/** Everything that the scenario found, as the suite counts it. */
export function countOf(checks: readonly Check[]): Count {
  const of = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  return { passed: of('SUCCESS'), failed: of('FAILURE') };
}

function worseOf(direct: readonly Check[] | undefined, through: readonly Check[] | undefined): string[] {
  if (direct === undefined || through === undefined)
    return [`It ran ${direct === undefined ? 'only through the gateway' : 'only direct'}.`];
  const [before, after] = [byOccurrence(direct), byOccurrence(through)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => worseCheck(name, before.get(name), after.get(name)) ?? []);
}

/** A check that one run alone has says nothing while it only informs. */
function worseCheck(name: string, direct: Check | undefined, through: Check | undefined): string | null {
  if (through === undefined)
    return direct?.status === 'INFO' ? null : `${name} did not run (${direct?.status} direct).`;
  const least = direct === undefined ? RANKS.SKIPPED : RANKS[direct.status];
  if (RANKS[through.status] >= least) return null;
  return `${name}: ${direct?.status ?? 'absent'} direct, ${through.status} through the gateway: ${through.errorMessage ?? ''}`;
}

/** Some checks occur several times under one id. */
function byOccurrence(checks: readonly Check[]): ReadonlyMap<string, Check> {
  const times = new Map<string, number>();
  return new Map(
    checks.map((check) => {
      const time = (times.get(check.id) ?? 0) + 1;
      times.set(check.id, time);
      return [time === 1 ? check.id : `${check.id} (${time})`, check];
    }),
  );
}
