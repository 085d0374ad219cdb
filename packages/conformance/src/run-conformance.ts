import type { ConformanceCase, Fixtures } from './fixtures/conformance-case.ts';
import { reasonsOf } from './fixtures/known-failures.ts';
import type { Level } from './fixtures/schema/common.ts';
import type { KnownFailure } from './fixtures/schema/known-failures.ts';
import { selectCases } from './fixtures/select-cases.ts';
import { buildReport } from './report/build-report.ts';
import { type CaseResult, caseResult } from './report/case-result.ts';
import type { ConformanceReport } from './report/schema/report.ts';
import { describeExpectation } from './runner/compare/describe-answer.ts';
import { type FirstAnswer, firstAnswer, judgeRepetition } from './runner/compare/first-answer.ts';
import { judge } from './runner/judge.ts';
import { readLimits } from './runner/limits.ts';
import { type NoAnswer, Runner } from './runner/runner.ts';
import { errored, skipped } from './runner/verdict.ts';

/** The port to run and the cases to run it against. */
export interface ConformanceOptions {
  /** The port's program; no shell is involved. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly fixtures: Fixtures;
  /** Only the cases that this level requires. */
  readonly level?: Level;
  /** Only the cases whose id contains this text, or matches it where it has a `*`. */
  readonly filter?: string;
  /** Maximum time for one answer, in milliseconds (default 5,000). */
  readonly timeoutMs?: number;
  /** Maximum time for the answer to `start`, in milliseconds (default 10,000). */
  readonly startTimeoutMs?: number;
  /** Maximum time to end after `stop`, in milliseconds (default 5,000; WCP-11-20). */
  readonly stopTimeoutMs?: number;
  readonly knownFailures?: readonly KnownFailure[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Runs a port against the fixtures and reports what it found (section 11). Whatever the port does ends up in
 * the report. The run never hangs, and at its end it kills the group of processes that the port started; one that
 * leaves the group (setsid) is out of its reach.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` for misuse: no case selected, a known failure listed twice, a
 * time that is not one.
 * @example
 * ```ts
 * import { exitCode, loadFixtures, runConformance } from '@wcp/conformance';
 *
 * const fixtures = await loadFixtures();
 * const report = await runConformance({ command: 'python3', args: ['port.py'], fixtures });
 * process.exitCode = exitCode(report);
 * ```
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const { command, args = [], fixtures, env = {}, cwd, knownFailures = [] } = options;
  const limits = readLimits(options);
  const selected = selectCases(fixtures, options);
  const known = reasonsOf(knownFailures);
  const startedAt = new Date();
  const launch = { command, args, env, ...(cwd === undefined ? {} : { cwd }) };
  const runner = new Runner(launch, limits);
  const results = await runCases(runner, selected);
  return buildReport({
    selection: options,
    limits,
    fixtures,
    known,
    runner,
    results,
    startedAt,
    endedAt: new Date(),
  });
}

interface Played {
  readonly result: CaseResult;
  /** What is repeated at the end: a decision that passed. */
  readonly first: FirstAnswer | null;
}

async function runCases(
  runner: Runner,
  selected: readonly ConformanceCase[],
): Promise<readonly CaseResult[]> {
  const played = new Map<string, Played>();
  try {
    await runner.open();
    for (const item of selected) played.set(item.id, await runCase(runner, item));
    for (const once of [...played.values()].reverse()) {
      if (once.first === null) continue;
      const result = await repeatCase(runner, once.result, once.first);
      played.set(result.item.id, { result, first: null });
    }
    await runner.close();
  } finally {
    await runner.abort();
  }
  return [...played.values()].map(({ result }) => withBlame(result, runner));
}

/** Every decision that passes is run again, when the port has seen everything else. */
async function runCase(runner: Runner, item: ConformanceCase): Promise<Played> {
  const { started } = runner;
  if (started !== null && !started.ops.includes(item.op)) return { result: notOffered(item), first: null };
  const from = performance.now();
  const reply = await runner.run(item);
  const durationMs = performance.now() - from;
  if (!reply.answered) return { result: withoutAnswer(item, reply.why, durationMs), first: null };
  const verdict = judge(item, reply.answer);
  const isRepeated = item.op === 'decide' && verdict.status === 'passed';
  return {
    result: caseResult(item, verdict, reply.answer, durationMs),
    first: isRepeated ? firstAnswer(reply.answer) : null,
  };
}

async function repeatCase(
  runner: Runner,
  { item, durationMs }: CaseResult,
  first: FirstAnswer,
): Promise<CaseResult> {
  const reply = await runner.run(item);
  if (reply.answered) return caseResult(item, judgeRepetition(first, reply.answer), reply.answer, durationMs);
  const message = `When repeated: ${reply.why.message}`;
  return withoutAnswer(item, { ...reply.why, message }, durationMs);
}

function notOffered(item: ConformanceCase): CaseResult {
  const message = `The port does not list the operation "${item.op}" in its answer to "start".`;
  const cause = { expected: describeExpectation(item.expect), got: 'nothing: the case was not sent' };
  return caseResult(item, skipped('not_offered', message, cause), null, 0);
}

function withoutAnswer(
  item: ConformanceCase,
  { fault, message, got }: NoAnswer,
  durationMs: number,
): CaseResult {
  const cause = { expected: describeExpectation(item.expect), got };
  return caseResult(item, errored(fault, message, cause), null, durationMs);
}

function withBlame(result: CaseResult, { blamed }: Runner): CaseResult {
  const why = blamed.get(result.item.id);
  return why === undefined ? result : withoutAnswer(result.item, why, result.durationMs);
}
