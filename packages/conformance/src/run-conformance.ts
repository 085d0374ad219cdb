import type { ConformanceCase } from './fixtures/conformance-case.ts';
import { reasonsOf } from './fixtures/known-failures.ts';
import { selectCases } from './fixtures/select-cases.ts';
import { buildReport } from './report/build-report.ts';
import type { CaseFinding } from './report/case-finding.ts';
import type { ConformanceReport } from './report/schema/report.ts';
import type { ConformanceOptions } from './runner/conformance-options.ts';
import { errored, judge, judgeAgain } from './runner/judge.ts';
import { Runner } from './runner/runner.ts';

/**
 * Runs a port against the fixtures and says what it found (section 11). Whatever the port does stands
 * in the report; it never hangs and leaves no process behind.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` for wrong use: nothing selected, a case listed twice.
 * @example
 * const report = await runConformance({ command: 'python3', args: ['port.py'], fixtures: await loadFixtures() });
 * process.exitCode = exitCode(report);
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const { command, args = [], fixtures, env = {}, cwd, knownFailures = [] } = options;
  const { timeoutMs = 5000, startTimeoutMs = 10_000, stopTimeoutMs = 5000 } = options;
  const selected = selectCases(fixtures, options);
  const known = reasonsOf(knownFailures);
  const startedAt = new Date();
  const launch = { command, args, env, ...(cwd === undefined ? {} : { cwd }) };
  const runner = new Runner(launch, { timeoutMs, startTimeoutMs, stopTimeoutMs });
  const findings = await play(runner, selected);
  return buildReport({ options, known, runner, findings, startedAt, endedAt: new Date() });
}

async function play(runner: Runner, selected: readonly ConformanceCase[]): Promise<readonly CaseFinding[]> {
  const findings = new Map<string, CaseFinding>();
  try {
    await runner.open();
    for (const item of selected) findings.set(item.id, await askFirst(runner, item));
    for (const first of [...findings.values()].reverse()) {
      if (isAskedAgain(first)) findings.set(first.item.id, await askAgain(runner, first));
    }
    await runner.close();
  } finally {
    await runner.abort();
  }
  return [...findings.values()].map((finding) => withBlame(finding, runner));
}

async function askFirst(runner: Runner, item: ConformanceCase): Promise<CaseFinding> {
  const { started } = runner;
  if (started !== null && !started.ops.includes(item.op)) return notOffered(item);
  const from = performance.now();
  const asked = await runner.ask(item);
  const durationMs = performance.now() - from;
  const verdict = asked.answer === null ? errored(asked.message) : judge(item, asked.answer);
  return { item, verdict, answer: asked.answer, durationMs };
}

/** Every decision is asked for twice, the second time when the port has seen everything else. */
function isAskedAgain({ item, verdict }: CaseFinding): boolean {
  return item.op === 'decide' && verdict.status === 'passed';
}

async function askAgain(runner: Runner, first: CaseFinding): Promise<CaseFinding> {
  const asked = await runner.ask(first.item);
  if (asked.answer === null) return { ...first, verdict: errored(`Asked again: ${asked.message}`) };
  if (first.answer === null) return first;
  return { ...first, verdict: judgeAgain(first.item, first.answer, asked.answer) };
}

function notOffered(item: ConformanceCase): CaseFinding {
  const message = `The port does not list the operation "${item.op}" in its answer to "start".`;
  return { item, verdict: { status: 'skipped', message, diff: [] }, answer: null, durationMs: 0 };
}

function withBlame(finding: CaseFinding, { blamed }: Runner): CaseFinding {
  const message = blamed.get(finding.item.id);
  return message === undefined ? finding : { ...finding, verdict: errored(message) };
}
