import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place, Reach } from '../run/reach.ts';
import { type PreparedCase, runCases } from '../run/run-cases.ts';
import type { Workspaces } from '../run/suite.ts';
import { markSource } from './mark-source.ts';
import type { TypeScriptSource } from './source.ts';

/** Marked code is slow. */
const WATCHED_TIMEOUT_MS = 60_000;

/** Marks the sources at each function and statement and runs every case once. */
export async function findReach(
  workspaces: Workspaces,
  sources: readonly TypeScriptSource[],
  cases: readonly PreparedCase[],
): Promise<Reach> {
  const places = writeMarked(workspaces, sources);
  const file = join(workspaces.root, 'reached.json');
  const command = workspaces.command(0);
  const watched = { ...command, env: { ...command.env, WCP_MUTANTS_REACHED: file } };
  const failing = await runCases(watched, cases, { all: true, timeoutMs: WATCHED_TIMEOUT_MS });
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

function writeMarked(workspaces: Workspaces, sources: readonly TypeScriptSource[]): Place[] {
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

function lineOf(sources: readonly TypeScriptSource[], { path, start }: Place): number {
  const code = sources.find((source) => source.path === path)?.code ?? '';
  return code.slice(0, start).split('\n').length;
}
