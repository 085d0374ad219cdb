import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reach } from '../run/reach.ts';
import { type PreparedCase, runCases } from '../run/run-cases.ts';
import type { Workspaces } from '../run/suite.ts';
import type { PythonPlace } from './list-mutants.ts';

const WATCH = fileURLToPath(new URL('./watch_reach.py', import.meta.url));
/** A port that is watched line by line is slow. */
const WATCHED_TIMEOUT_MS = 120_000;

/** What `watch_reach.py` writes. */
interface Watched {
  /** File and line, by number. */
  readonly lines: readonly (readonly [string, number])[];
  /** What was reached: while the program was loaded, then by each message: the start, the cases, the stop. */
  readonly periods: readonly (readonly number[])[];
}

/** Runs every case of the port's operations once and notes the lines that it reaches. */
export async function findReach(
  workspaces: Workspaces,
  places: readonly PythonPlace[],
  all: readonly PreparedCase[],
): Promise<Reach> {
  const cases = await casesOf(workspaces, all);
  const file = join(workspaces.root, 'reached.json');
  const { program, args, env } = workspaces.command(0);
  const watched = {
    program,
    args: [...args.slice(0, -1), WATCH, ...args.slice(-1)],
    env: { ...env, WCP_MUTANTS_REACHED: file },
  };
  const failing = await runCases(watched, cases, { all: true, timeoutMs: WATCHED_TIMEOUT_MS });
  const periods = reachedPlaces(JSON.parse(readFileSync(file, 'utf8')), places);
  const [loaded = [], started = [], ...rest] = periods;
  if (rest.length !== cases.length + 1) throw new Error('The port was not watched to its end.');
  const reachedBy: (ReadonlySet<number> | undefined)[] = [];
  for (const [index, { number }] of cases.entries()) reachedBy[number] = new Set(rest[index]);
  const byCases = new Set(rest.slice(0, -1).flat());
  const onlyAtStart = started.filter((place) => !byCases.has(place));
  return { places, loading: new Set([...loaded, ...onlyAtStart]), reachedBy, failing, untrue: [] };
}

/** The cases whose operations the port says that it has. A case that it skips all the same has failed. */
async function casesOf(workspaces: Workspaces, all: readonly PreparedCase[]): Promise<PreparedCase[]> {
  let operations: readonly string[] | undefined;
  const failed = await runCases(workspaces.command(0), [], {
    onStart: ({ ops }) => {
      operations = ops;
    },
  });
  if (failed.length > 0 || operations === undefined) throw new Error('The port does not start.');
  const names: readonly string[] = operations;
  return all.filter(({ item }) => names.includes(item.op));
}

/** By period, the numbers of the places of which a line was reached. */
function reachedPlaces({ lines, periods }: Watched, places: readonly PythonPlace[]): number[][] {
  const placesOf = lines.map(([file, line]) =>
    [...places.entries()]
      .filter(([, { path, first, last }]) => basename(path) === file && first <= line && line <= last)
      .map(([number]) => number),
  );
  return periods.map((numbers) => [...new Set(numbers.flatMap((number) => placesOf[number] ?? []))]);
}
