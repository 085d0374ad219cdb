import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RegistryRecord, WorkerContext, WorkerResult } from '@wcp/spec';
import type { Clock } from '../base/clock.ts';
import { type Plain, readPlain } from '../base/plain.ts';
import type { WorkerCode } from '../base/worker-code.ts';
import { type ChainedDispatch, ChainedDispatches } from './chained-dispatch.ts';
import { checkSchema } from './check-schema.ts';
import { type ContextReading, readContext } from './read-context.ts';
import { ended, failed, type Outcome, resultOf } from './result.ts';
import { Denial, type ModelUsage, makeRunContext, PartialAnswer, type RunContext } from './run-context.ts';
import { traceOfPermit } from './trace-of-permit.ts';
import { withDeadline } from './with-deadline.ts';

/** Options of one run. */
export interface RunOptions {
  /** Cancels the run: its result is then `WORKER_CANCELLED`, without delay. */
  readonly signal?: AbortSignal;
  /** Answers the run's chained dispatches; absent, it cannot dispatch. */
  readonly dispatch?: ChainedDispatch;
  /** The Hall's permit, for a worker that requires one. */
  readonly permit?: unknown;
}

/** A checked definition, with everything that a run needs. */
export interface Plan {
  readonly record: RegistryRecord;
  readonly input: StandardSchemaV1;
  readonly output: StandardSchemaV1 | null;
  readonly clock: Clock;
  readonly maxDurationMs: number;
  /** Checks the Hall's permit; null where none is required. */
  readonly admit: Admission | null;
  run(request: unknown, context: RunContext): unknown;
  onError(error: unknown): unknown;
}

/** Why a call may not run, or null. It never rejects. */
export type Admission = (call: AdmissionRequest) => Promise<WorkerCode | null>;

/** A call that asks for admission: what was sent, read once. */
export interface AdmissionRequest {
  readonly permit: unknown;
  readonly context: WorkerContext;
  /** The canonical request. */
  readonly requestText: string;
}

/**
 * Runs a worker once (section 10): reads the context and the request, denies calls for another worker or
 * without a permit, does the work by the deadline, and returns the result with its event and evidence.
 */
export async function executeRun(
  plan: Plan,
  request: unknown,
  context: unknown,
  options: RunOptions = {},
): Promise<WorkerResult> {
  const started = plan.clock.now();
  const reading = readContext(context);
  const plain = readPlain(request);
  const usages: ModelUsage[] = [];
  const record = (usage: ModelUsage) => usages.push(usage);
  const outcome =
    checkContext(plan, reading, started) ??
    (plain.ok
      ? await work(plan, { plain, context: reading.context as WorkerContext, options, record })
      : ended('WORKER_INVALID_INPUT', plain.findings));
  return resultOf({
    record: plan.record,
    echo: reading.echo,
    requestText: plain.ok ? plain.text : null,
    started,
    finished: plan.clock.now(),
    outcome,
    usages: [...usages],
  });
}

/** Why this worker does not run in this context, or null. */
function checkContext(plan: Plan, { context, findings }: ContextReading, now: number): Outcome | null {
  const { worker_id, capabilities, allowed_environments = ['dev'] } = plan.record;
  if (context === null) return ended('WORKER_INVALID_CONTEXT', findings);
  if (context.worker_id !== worker_id) return ended('WORKER_WRONG_WORKER');
  if (!capabilities.includes(context.capability_id)) return ended('WORKER_WRONG_CAPABILITY');
  if (!allowed_environments.includes(context.env)) return ended('WORKER_ENV_NOT_ALLOWED');
  return deadlineOf(context) <= now ? ended('WORKER_TIMEOUT') : null;
}

function deadlineOf(context: WorkerContext): number {
  return context.deadline === null ? Number.POSITIVE_INFINITY : Date.parse(context.deadline);
}

interface Work {
  readonly plain: Extract<Plain, { ok: true }>;
  readonly context: WorkerContext;
  readonly options: RunOptions;
  record(usage: ModelUsage): void;
}

async function work(plan: Plan, { plain, context, options, record }: Work): Promise<Outcome> {
  const { clock, maxDurationMs } = plan;
  const { signal: callerSignal, permit } = options;
  if (callerSignal?.aborted) return ended('WORKER_CANCELLED');
  const denial = await plan.admit?.({ permit, context, requestText: plain.text });
  if (denial != null) return ended(denial);
  const dispatches = new ChainedDispatches(options.dispatch);
  const parts = { dispatch: dispatches.dispatch, record, traceparent: traceOfPermit(permit) };
  const outcome = await withDeadline<Outcome>({
    clock,
    deadline: Math.min(deadlineOf(context), clock.now() + maxDurationMs),
    signal: callerSignal,
    work: (signal) => answer(plan, plain.value, makeRunContext(context, { ...parts, signal })),
    late: () => ended('WORKER_TIMEOUT'),
    cancelled: () => ended('WORKER_CANCELLED'),
    failed: (error) => failed('WORKER_FAILED', error),
  });
  dispatches.close();
  return reportError(plan, outcome);
}

/** Validates the request, runs the author's code and reads what it returned. */
async function answer(plan: Plan, request: unknown, context: RunContext): Promise<Outcome> {
  const input = await checkSchema(plan.input, request);
  if (input.kind === 'broken') return failed('WORKER_SCHEMA_FAILED', input.error);
  if (input.kind === 'invalid') return ended('WORKER_INVALID_INPUT', input.findings);
  const returned = await plan.run(input.value, context);
  if (returned instanceof Denial) return { kind: 'denied', code: returned.code, message: returned.message };
  const partial = returned instanceof PartialAnswer;
  return readResult(plan, partial ? 'partial' : 'ok', partial ? returned.result : returned);
}

async function readResult(plan: Plan, status: 'ok' | 'partial', value: unknown): Promise<Outcome> {
  const plain = readPlain(value);
  if (!plain.ok) return ended('WORKER_INVALID_RESULT', plain.findings);
  if (plan.output === null) return { kind: status, value: plain.value, text: plain.text };
  const output = await checkSchema(plan.output, plain.value);
  if (output.kind === 'broken') return failed('WORKER_SCHEMA_FAILED', output.error);
  if (output.kind === 'invalid') return ended('WORKER_INVALID_OUTPUT', output.findings);
  const written = readPlain(output.value);
  if (!written.ok) return ended('WORKER_INVALID_RESULT', written.findings);
  return { kind: status, value: written.value, text: written.text };
}

/** Passes what was thrown to the author's log; a failure of the log is ignored. */
function reportError(plan: Plan, outcome: Outcome): Outcome {
  if (outcome.kind !== 'ended' || outcome.error === null) return outcome;
  const { thrown } = outcome.error;
  Promise.resolve()
    .then(() => plan.onError(thrown))
    .catch(() => {});
  return outcome;
}
