import type { ConformanceCase, Fixtures } from '../fixtures/conformance-case.ts';
import type { Selection } from '../fixtures/select-cases.ts';
import { sentenceOf } from '../runner/port-problem.ts';
import type { Answer } from '../runner/read-answer.ts';
import type { Runner } from '../runner/runner.ts';
import type { Verdict } from '../runner/verdict.ts';
import { levelCounts, levelReached } from './level.ts';
import type { CaseReport, ConformanceReport, Counts } from './schema/report.ts';

/** How one case ended. */
export interface CaseResult {
  readonly item: ConformanceCase;
  readonly verdict: Verdict;
  readonly answer: Answer | null;
  readonly durationMs: number;
}

/** Everything that a run produced. */
export interface Run {
  readonly selection: Selection;
  readonly fixtures: Fixtures;
  /** The reasons of known failures, by case id. */
  readonly known: ReadonlyMap<string, string>;
  readonly runner: Pick<Runner, 'problems' | 'started' | 'stderr'>;
  readonly results: readonly CaseResult[];
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** The report of a run: everything but the times follows from the fixtures and the answers. */
export function buildReport(run: Run): ConformanceReport {
  const { fixtures, known, runner, results, startedAt, endedAt } = run;
  const { level = null, filter = null } = run.selection;
  const cases = results.map((result) => reportCase(result, known.get(result.item.id) ?? null));
  const passing = cases.filter((item) => isPassing(item) && item.known_failure !== null).map(({ id }) => id);
  const ids = new Set(fixtures.cases.map(({ id }) => id));
  const unknown = [...known.keys()].filter((id) => !ids.has(id)).sort();
  const problems = runner.problems.map((found) => ({ code: found.code, message: sentenceOf(found) }));
  const unexpected = cases.filter((item) => item.unexpected).length + unknown.length + problems.length;
  const levels = levelCounts(fixtures, countedIds(cases));
  return {
    report_version: 1,
    revision: fixtures.revision,
    fixtures: { digest: fixtures.digest, cases: fixtures.cases.length },
    selection: { level, filter },
    implementation: runner.started?.implementation ?? null,
    ops: [...(runner.started?.ops ?? [])],
    level: levelReached(levels),
    levels,
    totals: countCases(cases),
    areas: countAreas(cases),
    unexpected,
    problems,
    known_failures: { passing, unknown },
    cases,
    stderr_tail: runner.stderr.text(),
    started_at: startedAt.toISOString(),
    duration_ms: endedAt.getTime() - startedAt.getTime(),
  };
}

function reportCase({ item, verdict, answer, durationMs }: CaseResult, reason: string | null): CaseReport {
  const { id, title, area, level, requirements, op, expect } = item;
  const { status, message, diff } = verdict;
  const passed = status === 'passed';
  return {
    id,
    title,
    area,
    level,
    requirements: [...requirements],
    op,
    status,
    unexpected: passed === (reason !== null),
    known_failure: reason,
    message,
    expected: expect,
    got: passed ? null : clip(gotOf(answer)),
    diff: diff.map((difference) => clipMembers(difference)),
    duration_ms: Math.round(durationMs * 1000) / 1000,
  };
}

function gotOf(answer: Answer | null): unknown {
  if (answer?.type === 'result') return { result: answer.result };
  return answer?.type === 'error' ? { error: answer.code } : null;
}

function clipMembers({ path, ...sides }: CaseReport['diff'][number]): CaseReport['diff'][number] {
  return { path, ...Object.fromEntries(Object.entries(sides).map(([side, value]) => [side, clip(value)])) };
}

function isPassing({ status }: CaseReport): boolean {
  return status === 'passed';
}

/** A listed known failure never counts as passed (WCP-11-11). */
function countedIds(cases: readonly CaseReport[]): ReadonlySet<string> {
  return new Set(cases.filter((item) => isPassing(item) && item.known_failure === null).map(({ id }) => id));
}

function countCases(cases: readonly CaseReport[]): Counts {
  const counts: Counts = { cases: cases.length, passed: 0, failed: 0, skipped: 0, errored: 0, known: 0 };
  for (const { status, known_failure } of cases) counts[known_failure === null ? status : 'known'] += 1;
  return counts;
}

function countAreas(cases: readonly CaseReport[]): Record<string, Counts> {
  const areas = [...new Set(cases.map(({ area }) => area))].sort();
  return Object.fromEntries(
    areas.map((area) => [area, countCases(cases.filter((item) => item.area === area))]),
  );
}

const MAX_VALUE_LENGTH = 16 * 1024;

/** The value, or the beginning of its JSON text where that is too long for a report. */
function clip(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH).toWellFormed()}…` : value;
}
