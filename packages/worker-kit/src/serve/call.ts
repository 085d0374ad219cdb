import { canonicalJson, type Finding, type WorkerResult } from '@wcp/spec';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { systemClock } from '../base/clock.ts';
import { readPlain } from '../base/plain.ts';
import { hasByteOrderMark } from '../base/utf8.ts';
import type { WorkerCode } from '../base/worker-code.ts';
import { type Admission, executeRun, type RunOptions } from '../run/execute.ts';
import { readContext } from '../run/read-context.ts';
import { ended, resultOf } from '../run/result.ts';
import { planFor, type Worker } from '../worker/define-worker.ts';
import { logError } from './protocol-output.ts';

/** A call from the command line, a line of input or the body of a request. */
export interface Call {
  readonly request: unknown;
  readonly context: unknown;
  readonly permit: unknown;
  /** The hash of the code that was decided about; undefined where the call names none. */
  readonly code_hash: unknown;
  /** Identifies the call for its caller; undefined where there is none. */
  readonly id: unknown;
}

/** A call, or what is wrong with the text. */
export type CallReading =
  | { readonly ok: true; readonly call: Call }
  | { readonly ok: false; readonly message: string; readonly id: unknown };

/** A worker that is served, and what admits its calls. */
export interface Served {
  readonly worker: Worker;
  readonly admit: Admission;
}

/** Reads `{context, request?, permit?, code_hash?, id?}`. */
export function parseCall(text: string, { knowsCode = false }: CallOptions = {}): CallReading {
  const value = parseObject(text);
  return typeof value === 'string'
    ? { ok: false, message: value, id: undefined }
    : readCall(value, { knowsCode });
}

/** How a call is read. */
interface CallOptions {
  /** Whether the reader knows which code it runs: one that does not refuses a call that names some. */
  readonly knowsCode?: boolean;
}

/** The members of a JSON object, or a message where the text is not one. */
export function parseObject(text: string): Record<string, unknown> | string {
  let value: unknown;
  try {
    value = parseJson(text, FOREIGN_TEXT_LIMITS);
  } catch {
    return hasByteOrderMark(text)
      ? 'It begins with a byte order mark. Write UTF-8 without one.'
      : 'It is not JSON.';
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : 'It is not a JSON object.';
}

/** Reads a call from the members of an object. */
export function readCall(
  { context, request = {}, permit, code_hash, id, ...rest }: Record<string, unknown>,
  { knowsCode = false }: CallOptions = {},
): CallReading {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined || (code_hash !== undefined && !knowsCode)) {
    return { ok: false, message: 'It has members other than context, request, permit and id.', id };
  }
  if (context === undefined) return { ok: false, message: 'It has no context.', id };
  return { ok: true, call: { context, request, permit, code_hash, id } };
}

/** Admits and runs a call; what the worker's code throws goes to standard error. */
export function runCall(
  { worker, admit }: Served,
  { request, context, permit }: Omit<Call, 'code_hash' | 'id'>,
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

/** For a worker that the kit did not make, the kit checks the call beforehand. */
async function runForeign(
  { worker, admit }: Served,
  { request, context, permit }: Omit<Call, 'code_hash' | 'id'>,
  options: RunOptions,
): Promise<WorkerResult> {
  const reading = readContext(context);
  if (reading.context === null) return resultWithCode(worker, 'WORKER_INVALID_CONTEXT', reading.findings);
  const plain = readPlain(request);
  if (!plain.ok) return resultWithCode(worker, 'WORKER_INVALID_INPUT', plain.findings);
  const code = await admit({ permit, context: reading.context, requestText: plain.text });
  if (code !== null) return resultWithCode(worker, code);
  return worker.execute(request, reading.context, { ...options, permit });
}

/** The result of a text that is not a call, or of a call that must not run. */
export function resultWithCode(
  worker: Worker,
  code: WorkerCode,
  findings: readonly Finding[] = [],
): WorkerResult {
  const now = (planFor(worker)?.clock ?? systemClock).now();
  const echo = { correlation_id: null, tenant_id: null, capability_id: null, decision_id: null };
  const outcome = ended(code, findings);
  const { record } = worker;
  return resultOf({ record, echo, requestText: null, started: now, finished: now, outcome, usages: [] });
}

/** The finding about a text that is not a call. */
export function findingOf(message: string): readonly Finding[] {
  return [{ path: '', code: 'INVALID_VALUE', message }];
}

/** A result as one line of JSON, with the id of its call if that had one. */
export function resultLine(result: WorkerResult, id: unknown): string {
  return canonicalJson(id === undefined ? result : { id, ...result });
}
