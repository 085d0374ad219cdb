import type { ConformanceCase, Fixtures } from './fixtures/conformance-case.ts';
import { reasonsOf } from './fixtures/known-failures.ts';
import type { Level } from './fixtures/schema/common.ts';
import type { KnownFailure } from './fixtures/schema/known-failures.ts';
import { selectCases } from './fixtures/select-cases.ts';
import { buildReport, type CaseResult } from './report/build-report.ts';
import type { ConformanceReport } from './report/schema/report.ts';
import { judge, judgeRepetition } from './runner/judge.ts';
import { Runner } from './runner/runner.ts';
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
 * the report; the run never hangs and leaves no process behind.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` for misuse: no case selected, a known failure listed twice.
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
  const { timeoutMs = 5000, startTimeoutMs = 10_000, stopTimeoutMs = 5000 } = options;
  const selected = selectCases(fixtures, options);
  const known = reasonsOf(knownFailures);
  const startedAt = new Date();
  const launch = { command, args, env, ...(cwd === undefined ? {} : { cwd }) };
  const runner = new Runner(launch, { timeoutMs, startTimeoutMs, stopTimeoutMs });
  const results = await runCases(runner, selected);
  return buildReport({
    selection: options,
    fixtures,
    known,
    runner,
    results,
    startedAt,
    endedAt: new Date(),
  });
}

async function runCases(
  runner: Runner,
  selected: readonly ConformanceCase[],
): Promise<readonly CaseResult[]> {
  const results = new Map<string, CaseResult>();
  try {
    await runner.open();
    for (const item of selected) results.set(item.id, await runCase(runner, item));
    for (const first of [...results.values()].reverse()) {
      if (isRepeated(first)) results.set(first.item.id, await repeatCase(runner, first));
    }
    await runner.close();
  } finally {
    await runner.abort();
  }
  return [...results.values()].map((result) => withBlame(result, runner));
}

async function runCase(runner: Runner, item: ConformanceCase): Promise<CaseResult> {
  const { started } = runner;
  if (started !== null && !started.ops.includes(item.op)) return notOffered(item);
  const from = performance.now();
  const reply = await runner.run(item);
  const durationMs = performance.now() - from;
  if (!reply.answered) return { item, verdict: errored(reply.message), answer: null, durationMs };
  return { item, verdict: judge(item, reply.answer), answer: reply.answer, durationMs };
}

/** Every decision is run twice, the second time when the port has seen everything else. */
function isRepeated({ item, verdict }: CaseResult): boolean {
  return item.op === 'decide' && verdict.status === 'passed';
}

async function repeatCase(runner: Runner, first: CaseResult): Promise<CaseResult> {
  const reply = await runner.run(first.item);
  if (!reply.answered) return { ...first, verdict: errored(`When repeated: ${reply.message}`) };
  if (first.answer === null) return first;
  return { ...first, verdict: judgeRepetition(first.answer, reply.answer) };
}

function notOffered(item: ConformanceCase): CaseResult {
  const message = `The port does not list the operation "${item.op}" in its answer to "start".`;
  return { item, verdict: skipped(message), answer: null, durationMs: 0 };
}

function withBlame(result: CaseResult, { blamed }: Runner): CaseResult {
  const message = blamed.get(result.item.id);
  return message === undefined ? result : { ...result, verdict: errored(message) };
}
