import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RegistryRecord, WorkerContext, WorkerResult } from '@wcp/spec';
import type { Clock } from '../clock.ts';
import { type Plain, readPlain } from '../plain.ts';
import type { WorkerCode } from '../worker-code.ts';
import { Chain } from './chained-dispatch.ts';
import { checkSchema } from './check-schema.ts';
import { type ContextReading, readContext } from './read-context.ts';
import { failed, type Outcome, refused, resultOf } from './result.ts';
import { Denial, type ModelUsage, makeRunContext, PartialAnswer, type RunContext } from './run-context.ts';
import type { RunOptions } from './run-options.ts';
import { withDeadline } from './with-deadline.ts';

/** A checked definition, with everything that a run needs. */
export interface Plan {
  readonly record: RegistryRecord;
  readonly input: StandardSchemaV1;
  readonly output: StandardSchemaV1 | null;
  readonly clock: Clock;
  readonly maxDuration: number;
  /** Asks for the Hall's permit; null where none is asked for. */
  readonly admit: Admission | null;
  run(request: unknown, context: RunContext): unknown;
  onError(error: unknown): unknown;
}

/** Says why a call may not run, or null. It never rejects. */
export type Admission = (call: AdmittedCall) => Promise<WorkerCode | null>;

/** A call that wants to run: what was sent, read once. */
export interface AdmittedCall {
  readonly permit: unknown;
  readonly context: WorkerContext;
  /** The canonical request. */
  readonly requestText: string;
}

/**
 * Runs a worker once (section 10): reads the context and the request, refuses what is not this worker's
 * or has no permit, does the work by the deadline, and answers with result, event and evidence.
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
      : refused('WORKER_INVALID_INPUT', plain.findings));
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
  if (context === null) return refused('WORKER_INVALID_CONTEXT', findings);
  if (context.worker_id !== worker_id) return refused('WORKER_WRONG_WORKER');
  if (!capabilities.includes(context.capability_id)) return refused('WORKER_WRONG_CAPABILITY');
  if (!allowed_environments.includes(context.env)) return refused('WORKER_ENV_NOT_ALLOWED');
  return deadlineOf(context) <= now ? refused('WORKER_TIMEOUT') : null;
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
  const { clock, maxDuration } = plan;
  const { signal: called, permit } = options;
  if (called?.aborted) return refused('WORKER_CANCELLED');
  const refusal = await plan.admit?.({ permit, context, requestText: plain.text });
  if (refusal != null) return refused(refusal);
  const chain = new Chain(options.dispatch);
  const outcome = await withDeadline<Outcome>({
    clock,
    deadline: Math.min(deadlineOf(context), clock.now() + maxDuration),
    signal: called,
    work: (signal) =>
      answer(plan, plain.value, makeRunContext(context, { signal, dispatch: chain.ask, record })),
    late: () => refused('WORKER_TIMEOUT'),
    cancelled: () => refused('WORKER_CANCELLED'),
    failed: (error) => failed('WORKER_FAILED', error),
  });
  chain.close();
  return reportError(plan, outcome);
}

/** Validates the request, runs the author's code and reads what it returned. */
async function answer(plan: Plan, request: unknown, context: RunContext): Promise<Outcome> {
  const input = await checkSchema(plan.input, request);
  if (input.kind === 'broken') return failed('WORKER_SCHEMA_FAILED', input.error);
  if (input.kind === 'invalid') return refused('WORKER_INVALID_INPUT', input.findings);
  const returned = await plan.run(input.value, context);
  if (returned instanceof Denial) return { kind: 'denied', code: returned.code, message: returned.message };
  const partial = returned instanceof PartialAnswer;
  return readResult(plan, partial ? 'partial' : 'ok', partial ? returned.result : returned);
}

async function readResult(plan: Plan, status: 'ok' | 'partial', value: unknown): Promise<Outcome> {
  const plain = readPlain(value);
  if (!plain.ok) return refused('WORKER_INVALID_RESULT', plain.findings);
  if (plan.output === null) return { kind: status, value: plain.value, text: plain.text };
  const output = await checkSchema(plan.output, plain.value);
  if (output.kind === 'broken') return failed('WORKER_SCHEMA_FAILED', output.error);
  if (output.kind === 'invalid') return refused('WORKER_INVALID_OUTPUT', output.findings);
  const written = readPlain(output.value);
  if (!written.ok) return refused('WORKER_INVALID_RESULT', written.findings);
  return { kind: status, value: written.value, text: written.text };
}

/** Tells the author's log what was thrown; what happens to a log that fails is its own matter. */
function reportError(plan: Plan, outcome: Outcome): Outcome {
  if (outcome.kind !== 'refused' || outcome.error === null) return outcome;
  const { thrown } = outcome.error;
  Promise.resolve()
    .then(() => plan.onError(thrown))
    .catch(() => {});
  return outcome;
}
