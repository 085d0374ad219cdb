import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { RegistryRecord, WorkerContext, WorkerResult } from '@wcp/spec';
import { checkSchema } from './check-schema.ts';
import type { Clock } from './clock.ts';
import { readPlain } from './plain.ts';
import { type ContextReading, readContext } from './read-context.ts';
import { failed, type Outcome, refused, resultOf } from './result.ts';
import { Denial, type ModelUsage, makeRunContext, PartialAnswer, type RunContext } from './run-context.ts';
import { withDeadline } from './with-deadline.ts';

/** A checked definition, with everything that a run needs. */
export interface Plan {
  readonly record: RegistryRecord;
  readonly input: StandardSchemaV1;
  readonly output: StandardSchemaV1 | null;
  readonly clock: Clock;
  readonly maxDuration: number;
  run(request: unknown, context: RunContext): unknown;
  onError(error: unknown): unknown;
}

/**
 * Runs a worker once (section 10): reads the context and the request, refuses what is not this
 * worker's, does the work by the deadline, and answers with result, event and evidence.
 */
export async function executeRun(plan: Plan, request: unknown, context: unknown): Promise<WorkerResult> {
  const started = plan.clock.now();
  const reading = readContext(context);
  const plain = readPlain(request);
  const usages: ModelUsage[] = [];
  const outcome =
    checkContext(plan, reading, started) ??
    (plain.ok
      ? await work(plan, plain.value, reading.context as WorkerContext, (usage) => usages.push(usage))
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

type RecordUsage = (usage: ModelUsage) => void;

function work(plan: Plan, request: unknown, context: WorkerContext, record: RecordUsage): Promise<Outcome> {
  const { clock, maxDuration } = plan;
  return withDeadline<Outcome>({
    clock,
    deadline: Math.min(deadlineOf(context), clock.now() + maxDuration),
    work: (signal) => answer(plan, request, makeRunContext(context, signal, record)),
    late: () => refused('WORKER_TIMEOUT'),
    failed: (error) => failed('WORKER_FAILED', error),
  }).then((outcome) => reportError(plan, outcome));
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
