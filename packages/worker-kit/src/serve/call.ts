import { canonicalJson, type Finding, type WorkerResult } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import { systemClock } from '../clock.ts';
import { planFor, type Worker } from '../define-worker.ts';
import { readPlain } from '../plain.ts';
import { type Admission, executeRun } from '../run/execute.ts';
import { readContext } from '../run/read-context.ts';
import { refused, resultOf } from '../run/result.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { WorkerCode } from '../worker-code.ts';
import { logError } from './protocol-output.ts';

/** A call as it came in on the command line, on a line of input or as a body. */
export interface Call {
  readonly request: unknown;
  readonly context: unknown;
  readonly permit: unknown;
  /** What the caller tells its lines apart by; undefined where there was none. */
  readonly id: unknown;
}

/** A text that is no call, and why. */
export interface NoCall {
  readonly problem: string;
  readonly id: unknown;
}

/** A worker that is served, with what lets calls in. */
export interface Served {
  readonly worker: Worker;
  readonly admit: Admission;
}

/** Reads `{context, request?, permit?, id?}`; a text where it is none of that. */
export function parseCall(text: string): Call | NoCall {
  const value = parseObject(text);
  return typeof value === 'string' ? { problem: value, id: undefined } : readCall(value);
}

/** The members of a JSON object, or what is wrong. */
export function parseObject(text: string): Record<string, unknown> | string {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return 'It is not JSON.';
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : 'It is not a JSON object.';
}

/** Reads a call from the members of an object. */
export function readCall({
  context,
  request = {},
  permit,
  id,
  ...rest
}: Record<string, unknown>): Call | NoCall {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    return { problem: 'It has other members than context, request, permit and id.', id };
  }
  return context === undefined ? { problem: 'It has no context.', id } : { context, request, permit, id };
}

/** Runs a worker for a call that has its permit; what its code throws is shown on standard error. */
export function runCall(
  { worker, admit }: Served,
  { request, context, permit }: Call,
  options: Omit<RunOptions, 'permit'> = {},
): Promise<WorkerResult> {
  const plan = planFor(worker);
  if (plan === null) return runForeign({ worker, admit }, { request, context, permit }, options);
  const onError = (error: unknown) => {
    logError(error);
    return plan.onError(error);
  };
  return executeRun({ ...plan, admit, onError }, request, context, { ...options, permit });
}

/** A worker that the kit did not make gets what the kit has judged beforehand. */
async function runForeign(
  { worker, admit }: Served,
  { request, context, permit }: Omit<Call, 'id'>,
  options: RunOptions,
): Promise<WorkerResult> {
  const reading = readContext(context);
  if (reading.context === null) return refuseCall(worker, 'WORKER_INVALID_CONTEXT', reading.findings);
  const plain = readPlain(request);
  if (!plain.ok) return refuseCall(worker, 'WORKER_INVALID_INPUT', plain.findings);
  const code = await admit({ permit, context: reading.context, requestText: plain.text });
  return code === null ? worker.execute(request, reading.context, options) : refuseCall(worker, code);
}

/** The result for what is no call, or for one that must not run. */
export function refuseCall(
  worker: Worker,
  code: WorkerCode,
  findings: readonly Finding[] = [],
): WorkerResult {
  const now = (planFor(worker)?.clock ?? systemClock).now();
  const echo = { correlation_id: null, tenant_id: null, capability_id: null, decision_id: null };
  const outcome = refused(code, findings);
  const { record } = worker;
  return resultOf({ record, echo, requestText: null, started: now, finished: now, outcome, usages: [] });
}

/** The finding about a text that is no call. */
export function findingOf(problem: string): readonly Finding[] {
  return [{ path: '', code: 'INVALID_VALUE', message: problem }];
}

/** A result as one line of JSON, with the id of its call where that had one. */
export function resultLine(result: WorkerResult, id: unknown): string {
  return canonicalJson(id === undefined ? result : { id, ...result });
}
