import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  type Finding,
  parseRecord,
  type RegistryRecord,
  WcpError,
  type WorkerContext,
  type WorkerResult,
} from '@wcp/spec';
import { type Clock, systemClock } from './clock.ts';
import { type PermitOptions, permitGate } from './permit/permit-gate.ts';
import { executeRun, type Plan } from './run/execute.ts';
import type { Denial, PartialAnswer, RunContext } from './run/run-context.ts';
import type { RunOptions } from './run/run-options.ts';

/** A worker: its record, and the one way to run it. */
export interface Worker {
  /** The record as it was given, frozen. */
  readonly record: RegistryRecord;
  /**
   * Runs the worker once. The promise never rejects and settles by the deadline; the arguments may be
   * anything at all (section 10).
   */
  execute(request: unknown, context: WorkerContext, options?: RunOptions): Promise<WorkerResult>;
}

/** What a worker's author writes. */
export interface WorkerDefinition<
  I extends StandardSchemaV1 = StandardSchemaV1,
  O extends StandardSchemaV1 = StandardSchemaV1,
> {
  /** The registry record (section 4.2), with its `artifact_hash`: see {@link sealRecord}. */
  readonly record: unknown;
  /** What the request has to be: a schema of zod or of any library that speaks Standard Schema. */
  readonly input: I;
  /** What the result has to be; absent, any JSON. */
  readonly output?: O;
  /** Does the work. It may throw, reject or never end: the result then says so. */
  run(
    request: StandardSchemaV1.InferOutput<I>,
    context: RunContext,
  ): Answer<StandardSchemaV1.InferInput<O>> | Promise<Answer<StandardSchemaV1.InferInput<O>>>;
  /** Gets what `run` or a schema threw, for the author's log; nothing of it is in the result. */
  onError?(error: unknown): void | Promise<void>;
}

type Answer<R> = R | PartialAnswer<R> | Denial;

/** What a test or a program with a posture of its own sets. */
export interface WorkerOptions {
  readonly clock?: Clock;
  /** The longest run in milliseconds, whatever the context's deadline; 300,000 where it is not given. */
  readonly maxDuration?: number;
  /** Makes `execute` ask for the Hall's permit; absent, the program that holds the worker is trusted. */
  readonly permits?: PermitOptions;
}

const MAX_TIMER = 2 ** 31 - 1;

/**
 * Makes a worker of a record, schemas and a function (section 10).
 *
 * @throws {WcpError} `ERR_WCP_WORKER` for a mistake in the definition, with every finding in the
 * message and as `cause`
 * @example
 * export const worker = defineWorker({
 *   record,
 *   input: z.object({ name: z.string() }),
 *   run: ({ name }) => ({ greeting: `Hello, ${name}!` }),
 * });
 */
export function defineWorker<I extends StandardSchemaV1, O extends StandardSchemaV1>(
  definition: WorkerDefinition<I, O>,
  options: WorkerOptions = {},
): Worker {
  const { clock = systemClock, maxDuration = 300_000, permits } = options;
  const findings = [...checkDefinition(definition), ...checkDuration(maxDuration)];
  if (findings.length > 0) throw new WcpError('ERR_WCP_WORKER', describe(findings), { cause: findings });
  // A copy with the members in the author's order, as the record's file has them.
  const record = deepFreeze(JSON.parse(JSON.stringify(definition.record)) as RegistryRecord);
  const admit = permits === undefined ? null : permitGate(permits, clock);
  const plan: Plan = { ...planOf(definition), record, clock, maxDuration, admit };
  const worker: Worker = {
    record,
    execute: (request, context, options) => executeRun(plan, request, context, options),
  };
  plans.set(worker, plan);
  return Object.freeze(worker);
}

const plans = new WeakMap<Worker, Plan>();

/** The plan of a worker that {@link defineWorker} made; null for anything else. */
export function planFor(worker: Worker): Plan | null {
  return plans.get(worker) ?? null;
}

function planOf<I extends StandardSchemaV1, O extends StandardSchemaV1>(definition: WorkerDefinition<I, O>) {
  return {
    input: definition.input,
    output: definition.output ?? null,
    run: (request: unknown, context: RunContext) => definition.run(request as never, context),
    onError: (error: unknown) => definition.onError?.(error),
  };
}

function checkDefinition(definition: WorkerDefinition): Finding[] {
  if (typeof definition !== 'object' || definition === null) return [wrong('', 'A definition is an object.')];
  const record = parseRecord(definition.record);
  const { input, output, run, onError } = definition;
  return [
    ...(record.ok ? [] : record.findings.map((finding) => ({ ...finding, path: `/record${finding.path}` }))),
    ...(isSchema(input) ? [] : [wrong('/input', 'The input is a Standard Schema, such as one of zod.')]),
    ...(output === undefined || isSchema(output)
      ? []
      : [wrong('/output', 'The output is a Standard Schema.')]),
    ...(typeof run === 'function' ? [] : [wrong('/run', 'The member "run" is a function.')]),
    ...(onError === undefined || typeof onError === 'function'
      ? []
      : [wrong('/onError', 'The member "onError" is a function.')]),
  ];
}

function checkDuration(maxDuration: number): Finding[] {
  if (Number.isInteger(maxDuration) && maxDuration > 0 && maxDuration <= MAX_TIMER) return [];
  return [wrong('/maxDuration', `The longest run is an integer from 1 to ${MAX_TIMER} milliseconds.`)];
}

function isSchema(schema: unknown): boolean {
  const isHolder = (typeof schema === 'object' && schema !== null) || typeof schema === 'function';
  return isHolder && typeof (schema as Partial<StandardSchemaV1>)['~standard']?.validate === 'function';
}

function wrong(path: string, message: string): Finding {
  return { path, code: 'INVALID_VALUE', message };
}

function describe(findings: readonly Finding[]): string {
  const lines = findings.map(({ path, message }) => `${path === '' ? '/' : path}: ${message}`);
  return `The worker is not defined as it must be:\n${lines.join('\n')}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
