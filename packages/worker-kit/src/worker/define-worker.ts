import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  type Finding,
  parseRecord,
  type RegistryRecord,
  WcpError,
  type WorkerContext,
  type WorkerResult,
} from '@wcp/spec';
import { type Clock, systemClock } from '../base/clock.ts';
import { type PermitOptions, permitGate } from '../permit/permit-gate.ts';
import { executeRun, type Plan, type RunOptions } from '../run/execute.ts';
import type { Denial, PartialAnswer, RunContext } from '../run/run-context.ts';

/** A worker: its record, and the function that runs it. */
export interface Worker {
  /** The record as defined, frozen. */
  readonly record: RegistryRecord;
  /**
   * Runs the worker once. The promise never rejects and resolves by the deadline, whatever the arguments
   * are (section 10).
   */
  execute(request: unknown, context: WorkerContext, options?: RunOptions): Promise<WorkerResult>;
}

/** A worker as its author writes it. */
export interface WorkerDefinition<
  I extends StandardSchemaV1 = StandardSchemaV1,
  O extends StandardSchemaV1 = StandardSchemaV1,
> {
  /** The registry record (section 4.2), with its `artifact_hash`: see {@link sealRecord}. */
  readonly record: unknown;
  /** The schema of the request, of zod or any other library that implements Standard Schema. */
  readonly input: I;
  /** The schema of the result; absent, any JSON. */
  readonly output?: O;
  /** Does the work. If it throws, rejects or never ends, the result says so. */
  run(
    request: StandardSchemaV1.InferOutput<I>,
    context: RunContext,
  ): Answer<StandardSchemaV1.InferInput<O>> | Promise<Answer<StandardSchemaV1.InferInput<O>>>;
  /** Receives what `run` or a schema threw, for the author's log; the result reveals nothing of it. */
  onError?(error: unknown): void | Promise<void>;
}

type Answer<R> = R | PartialAnswer<R> | Denial;

/** Settings for tests, and for programs that hold a worker themselves. */
export interface WorkerOptions {
  readonly clock?: Clock;
  /** Maximum duration of a run in milliseconds, whatever the context's deadline (default 300,000). */
  readonly maxDurationMs?: number;
  /** Makes `execute` require a permit of the Hall; absent, the program that holds the worker is trusted. */
  readonly permits?: PermitOptions;
}

const MAX_TIMER = 2 ** 31 - 1;

/**
 * Defines a worker by a record, schemas and a function (section 10).
 *
 * @throws {WcpError} `ERR_WCP_WORKER` for a mistake in the definition, with every finding in the message and
 * as `cause`
 * @example
 * ```ts
 * import { defineWorker, sealRecord } from '@wcp/worker-kit';
 * import { z } from 'zod';
 *
 * export const worker = defineWorker({
 *   record: sealRecord({
 *     worker_id: 'org.acme.greeter.dev',
 *     worker_species_id: 'org.acme.greeter',
 *     capabilities: ['org.acme.greet'],
 *     risk_tier: 'low',
 *   }),
 *   input: z.object({ name: z.string() }),
 *   run: ({ name }) => ({ greeting: `Hello, ${name}!` }),
 * });
 * ```
 */
export function defineWorker<I extends StandardSchemaV1, O extends StandardSchemaV1>(
  definition: WorkerDefinition<I, O>,
  options: WorkerOptions = {},
): Worker {
  const { clock = systemClock, maxDurationMs = 300_000, permits } = options;
  const findings = [...checkDefinition(definition), ...checkDuration(maxDurationMs)];
  if (findings.length > 0) throw new WcpError('ERR_WCP_WORKER', describe(findings), { cause: findings });
  // A copy with the members in the author's order, as the record's file has them.
  const record = deepFreeze(JSON.parse(JSON.stringify(definition.record)) as RegistryRecord);
  const admit = permits === undefined ? null : permitGate(permits, clock);
  const plan: Plan = { ...planOf(definition), record, clock, maxDurationMs, admit };
  const worker: Worker = {
    record,
    execute: (request, context, options) => executeRun(plan, request, context, options),
  };
  plans.set(worker, plan);
  return Object.freeze(worker);
}

const plans = new WeakMap<Worker, Plan>();

/** The plan of a worker made by {@link defineWorker}; null for any other. */
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
  if (typeof definition !== 'object' || definition === null)
    return [invalid('', 'A definition must be an object.')];
  const record = parseRecord(definition.record);
  const { input, output, run, onError } = definition;
  return [
    ...(record.ok ? [] : record.findings.map((finding) => ({ ...finding, path: `/record${finding.path}` }))),
    ...(isSchema(input)
      ? []
      : [invalid('/input', 'The input must be a Standard Schema, such as one of zod.')]),
    ...(output === undefined || isSchema(output)
      ? []
      : [invalid('/output', 'The output must be a Standard Schema.')]),
    ...(typeof run === 'function' ? [] : [invalid('/run', 'The member "run" must be a function.')]),
    ...(onError === undefined || typeof onError === 'function'
      ? []
      : [invalid('/onError', 'The member "onError" must be a function.')]),
  ];
}

function checkDuration(maxDurationMs: number): Finding[] {
  if (Number.isInteger(maxDurationMs) && maxDurationMs > 0 && maxDurationMs <= MAX_TIMER) return [];
  return [invalid('/maxDurationMs', `The maximum duration must be an integer from 1 to ${MAX_TIMER}.`)];
}

function isSchema(schema: unknown): boolean {
  const isHolder = (typeof schema === 'object' && schema !== null) || typeof schema === 'function';
  return isHolder && typeof (schema as Partial<StandardSchemaV1>)['~standard']?.validate === 'function';
}

function invalid(path: string, message: string): Finding {
  return { path, code: 'INVALID_VALUE', message };
}

function describe(findings: readonly Finding[]): string {
  const lines = findings.map(({ path, message }) => `${path === '' ? '/' : path}: ${message}`);
  return `The definition of the worker is invalid:\n${lines.join('\n')}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
