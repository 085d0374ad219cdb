import { join } from 'node:path';
import type { ConformanceCase, Fixtures } from '../src/fixtures/conformance-case.ts';
import { loadFixtures } from '../src/fixtures/load-fixtures.ts';
import { OPERATION_NAMES } from '../src/fixtures/operations.ts';
import { buildReport } from '../src/report/build-report.ts';
import { caseResult } from '../src/report/case-result.ts';
import type { ConformanceReport } from '../src/report/schema/report.ts';
import type { ConformanceOptions } from '../src/run-conformance.ts';
import { runConformance } from '../src/run-conformance.ts';
import { judge } from '../src/runner/judge.ts';
import { readLimits } from '../src/runner/limits.ts';
import type { Answer } from '../src/runner/read-answer.ts';
import { TextTail } from '../src/runner/text-tail.ts';

/** The hand-written fixtures of these tests. */
export const FIXTURES = join(import.meta.dirname, 'fixtures');
/** The programs that play a port. */
export const PLAYERS = join(import.meta.dirname, 'players');
export const fixtures = await loadFixtures(FIXTURES);

/** Runs one of the players against the fixtures of these tests. */
export function playAs(name: string, options: Partial<ConformanceOptions> = {}): Promise<ConformanceReport> {
  return runConformance({
    command: process.execPath,
    args: [join(PLAYERS, `${name}.mjs`)],
    fixtures,
    timeoutMs: 10_000,
    startTimeoutMs: 30_000,
    ...options,
  });
}

/** A report without what may differ between two runs of the same port. */
export function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'started_at' && !name.endsWith('_ms'));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutTimes(member)]));
}

/** The report of a run in which each case got the answer that `answerTo` gives, without a process. */
export function reportOf(
  answerTo: (item: ConformanceCase) => Answer,
  { run = fixtures, known = [] }: { run?: Fixtures; known?: readonly (readonly [string, string])[] } = {},
): ConformanceReport {
  const results = run.cases.map((item) => {
    const answer = answerTo(item);
    return caseResult(item, judge(item, answer), answer, 1);
  });
  const started = { implementation: { name: 'n', language: 'l', version: 'v' }, ops: [...OPERATION_NAMES] };
  return buildReport({
    selection: {},
    limits: readLimits({}),
    fixtures: run,
    known: new Map(known),
    runner: { problems: [], started, stderr: new TextTail() },
    results,
    startedAt: new Date(0),
    endedAt: new Date(1),
  });
}
