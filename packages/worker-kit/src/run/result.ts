import { type Finding, type RegistryRecord, sha256, type TelemetryEvent, type WorkerResult } from '@wcp/spec';
import { type EventContext, workerExecuted, workerFailed } from '@wcp/telemetry';
import { timeText } from '../base/clock.ts';
import { WORKER_CODES, type WorkerCode } from '../base/worker-code.ts';
import type { ModelUsage } from './run-context.ts';

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'ok' | 'partial'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'denied'; readonly code: string; readonly message: string }
  | CodedEnd;

/** An end with a code of the kit. */
interface CodedEnd {
  readonly kind: 'ended';
  readonly code: WorkerCode;
  readonly findings: readonly Finding[];
  /** What the author's code threw, only for the author's log. */
  readonly error: { readonly thrown: unknown } | null;
}

/** The run ended with a code of the kit. */
export function ended(code: WorkerCode, findings: readonly Finding[] = []): CodedEnd {
  return { kind: 'ended', code, findings, error: null };
}

/** The run ended because the author's code threw. */
export function failed(code: WorkerCode, thrown: unknown): CodedEnd {
  return { kind: 'ended', code, findings: [], error: { thrown } };
}

/** Everything that goes into a result. */
export interface RunReport {
  readonly record: RegistryRecord;
  readonly echo: EventContext;
  /** The canonical request; null where it has none. */
  readonly requestText: string | null;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly finished: number;
  readonly outcome: Outcome;
  readonly usages: readonly ModelUsage[];
}

/** Writes the result of a run with its one event and its evidence (section 10). */
export function resultOf(report: RunReport): WorkerResult {
  const end = endOf(report.outcome);
  const { status, result, deny_reason } = end;
  const evidence = [executionEvidence(report, end), ...usageEvidence(report)];
  return { status, result, telemetry: [eventOf(report, end)], evidence, deny_reason };
}

function eventOf(report: RunReport, { status, deny_reason }: End): TelemetryEvent {
  const { worker_id, worker_species_id } = report.record;
  const timestamp = timeText(finishOf(report));
  const run = { timestamp, worker_id, worker_species_id, duration_ms: durationOf(report) };
  if (status === 'ok' || status === 'partial') return workerExecuted(report.echo, { ...run, status });
  return workerFailed(report.echo, { ...run, status, reason: deny_reason?.code ?? null });
}

function executionEvidence(report: RunReport, { status, text }: End) {
  const { worker_id, worker_species_id } = report.record;
  const { capability_id, correlation_id, decision_id } = report.echo;
  return {
    kind: 'execution',
    worker_id,
    worker_species_id,
    capability_id,
    correlation_id,
    decision_id,
    status,
    request_hash: hashOf(report.requestText),
    result_hash: hashOf(text),
    started_at: timeText(report.started),
    finished_at: timeText(finishOf(report)),
    duration_ms: durationOf(report),
  };
}

function usageEvidence({ usages, echo }: RunReport) {
  const { correlation_id, decision_id } = echo;
  return usages.map((usage) => ({ kind: 'model_usage', correlation_id, decision_id, ...usage }));
}

/** When the run ended; a clock that was set back meanwhile makes the duration zero. */
function finishOf({ started, finished }: RunReport): number {
  return Math.max(started, finished);
}

function durationOf(report: RunReport): number {
  return finishOf(report) - report.started;
}

type End = Pick<WorkerResult, 'status' | 'result' | 'deny_reason'> & { readonly text: string | null };

function endOf(outcome: Outcome): End {
  switch (outcome.kind) {
    case 'ok':
    case 'partial':
      return { status: outcome.kind, result: outcome.value, deny_reason: null, text: outcome.text };
    case 'denied':
      return endWithout('denied', { code: outcome.code, message: outcome.message });
    case 'ended': {
      const { status, message } = WORKER_CODES[outcome.code];
      const { code, findings } = outcome;
      return endWithout(status, { code, message, ...(findings.length > 0 && { findings }) });
    }
  }
}

function endWithout(status: 'denied' | 'error', deny_reason: NonNullable<WorkerResult['deny_reason']>): End {
  return { status, result: null, deny_reason, text: null };
}

function hashOf(text: string | null): string | null {
  return text === null ? null : sha256(text);
}
