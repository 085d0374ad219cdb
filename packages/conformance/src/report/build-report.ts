import { clip } from '../base/clip.ts';
import { cut } from '../base/quote.ts';
import { compareAreas } from '../fixtures/areas.ts';
import type { Fixtures } from '../fixtures/conformance-case.ts';
import { OPERATION_NAMES } from '../fixtures/operations.ts';
import type { Selection } from '../fixtures/select-cases.ts';
import type { Limits } from '../runner/limits.ts';
import { sentenceOf } from '../runner/port-problem.ts';
import type { Runner } from '../runner/runner.ts';
import type { Fault } from '../runner/verdict.ts';
import { type CaseResult, MAX_VALUE_LENGTH } from './case-result.ts';
import { fitReport } from './fit-report.ts';
import { groupStatements } from './group-statements.ts';
import { levelCounts, levelReached } from './level.ts';
import type { CaseDetail, CaseReport, ConformanceReport, Counts, StatementReport } from './schema/report.ts';

/** Everything that a run produced. */
export interface Run {
  readonly selection: Selection;
  readonly limits: Limits;
  readonly fixtures: Fixtures;
  /** The reasons of known failures, by case id. */
  readonly known: ReadonlyMap<string, string>;
  readonly runner: Pick<Runner, 'problems' | 'started' | 'stderr'>;
  readonly results: readonly CaseResult[];
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** The names and ids of a list that a port or its author may make as long as they like. */
const MAX_NAMES = 50;
const MAX_TEXT_LENGTH = 200;

/** The report of a run: everything but the times follows from the fixtures and the answers. */
export function buildReport(run: Run): ConformanceReport {
  const { fixtures, known, results, startedAt, endedAt, runner } = run;
  const cases = results.map((result) => reportCase(result, known.get(result.item.id) ?? null));
  const judged = results.filter((_, index) => isJudgedWrong(cases[index]));
  const statements = groupStatements(fixtures, items(results), items(judged));
  const lists = boundedLists(run, cases);
  const levels = levelCounts(fixtures, countedIds(cases));
  const report: ConformanceReport = {
    ...headOf(run),
    level: levelReached(levels),
    levels,
    totals: countCases(cases),
    areas: countAreas(results, cases),
    unexpected: cases.filter(({ unexpected }) => unexpected).length + lists.unknown + runner.problems.length,
    not_run: cases.filter(({ fault }) => fault === 'not_run').length,
    not_offered: countNotOffered(results),
    statements: [...statements],
    problems: runner.problems.map((found) => ({ code: found.code, message: sentenceOf(found) })),
    ...lists.members,
    cases,
    stderr_tail: runner.stderr.text(),
    started_at: startedAt.toISOString(),
    duration_ms: endedAt.getTime() - startedAt.getTime(),
  };
  return fitReport(report, urgency(statements, [...judged, ...results]));
}

/** The first example of every statement, then the second of each, and so on; then the rest. */
function urgency(statements: readonly StatementReport[], results: readonly CaseResult[]): readonly string[] {
  const rounds = Math.max(0, ...statements.map(({ examples }) => examples.length));
  const examples = Array.from({ length: rounds }, (_, round) =>
    statements.flatMap((found) => found.examples.slice(round, round + 1)),
  ).flat();
  return [...new Set([...examples, ...results.map(({ item }) => item.id)])];
}

function headOf({ fixtures, selection, limits, runner }: Run) {
  const { level = null, filter = null } = selection;
  return {
    report_version: 2 as const,
    revision: fixtures.revision,
    fixtures: { digest: fixtures.digest, cases: fixtures.cases.length },
    selection: { level, filter },
    limits: {
      start_timeout_ms: limits.startTimeoutMs,
      timeout_ms: limits.timeoutMs,
      stop_timeout_ms: limits.stopTimeoutMs,
    },
    implementation: runner.started?.implementation ?? null,
    ops: OPERATION_NAMES.filter((op) => runner.started?.ops.includes(op)),
  };
}

/** The lists whose length a port or its author decides, cut, and how much of them is left out. */
function boundedLists({ runner, known, fixtures }: Run, cases: readonly CaseReport[]) {
  const operations: readonly string[] = OPERATION_NAMES;
  const strange = (runner.started?.ops ?? []).filter((op) => !operations.includes(op));
  const passing = cases.filter((item) => isPassing(item) && item.known_failure !== null).map(({ id }) => id);
  const ids = new Set(fixtures.cases.map(({ id }) => id));
  const unknown = [...known.keys()].filter((id) => !ids.has(id)).sort();
  const beyond = (list: readonly string[]) => Math.max(0, list.length - MAX_NAMES);
  return {
    unknown: unknown.length,
    members: {
      unknown_ops: strange.slice(0, MAX_NAMES),
      known_failures: { passing: passing.slice(0, MAX_NAMES), unknown: unknown.slice(0, MAX_NAMES) },
      left_out: {
        cases: 0,
        details: 0,
        unknown_ops: beyond(strange),
        known_failures: beyond(passing) + beyond(unknown),
      },
    },
  };
}

function items(results: readonly CaseResult[]): readonly CaseResult['item'][] {
  return results.map(({ item }) => item);
}

/** A case that was not run or whose operation is not there says nothing about its statements. */
function isJudgedWrong(item: CaseReport | undefined): boolean {
  return item?.unexpected === true && item.fault !== null && !hasOneReason(item.fault);
}

/** One reason, told once, holds for all cases that were not run, or whose operation the port does not have. */
function hasOneReason(fault: Fault): boolean {
  return fault === 'not_run' || fault === 'not_offered';
}

function reportCase(result: CaseResult, reason: string | null): CaseReport {
  const { item, verdict, durationMs } = result;
  const detail = detailOf(result);
  return {
    id: item.id,
    status: verdict.status,
    fault: verdict.fault,
    unexpected: (verdict.status === 'passed') === (reason !== null),
    known_failure: reason === null ? null : cut(reason, MAX_TEXT_LENGTH),
    duration_ms: Math.round(durationMs * 1000) / 1000,
    ...(detail === null ? {} : { detail }),
  };
}

function detailOf({ item, verdict, got, diffLeftOut }: CaseResult): CaseDetail | null {
  if (verdict.status === 'passed' || hasOneReason(verdict.fault)) return null;
  const { title, level, requirements, op, expect } = item;
  return {
    title,
    level,
    requirements: [...requirements],
    op,
    message: verdict.message,
    cause: verdict.cause,
    expected: clip(expect, MAX_VALUE_LENGTH),
    got,
    diff: [...verdict.diff],
    diff_left_out: diffLeftOut,
  };
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

function countAreas(results: readonly CaseResult[], cases: readonly CaseReport[]): Record<string, Counts> {
  const areas = [...new Set(results.map(({ item }) => item.area))].sort(compareAreas);
  return Object.fromEntries(
    areas.map((area) => [area, countCases(cases.filter((_, index) => results[index]?.item.area === area))]),
  );
}

/** The cases of each operation that the port does not have, in the order of the operations. */
function countNotOffered(results: readonly CaseResult[]): Record<string, number> {
  const missing = results.filter(({ verdict }) => verdict.fault === 'not_offered').map(({ item }) => item.op);
  const ops = OPERATION_NAMES.filter((op) => missing.includes(op));
  return Object.fromEntries(ops.map((op) => [op, missing.filter((name) => name === op).length]));
}
