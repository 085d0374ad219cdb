import { canonicalJson, type Finding, parseJson, type WorkerContext, type WorkerResult } from '@wcp/spec';
import { systemClock } from '../clock.ts';
import { planFor, type Worker } from '../define-worker.ts';
import { executeRun } from '../execute.ts';
import { refused, resultOf } from '../result.ts';
import type { WorkerCode } from '../worker-code.ts';
import { logError } from './protocol-output.ts';

/** A call as it came in on the command line or a line of input. */
export interface Call {
  readonly request: unknown;
  readonly context: unknown;
  /** What the caller tells its lines apart by; undefined where there was none. */
  readonly id: unknown;
}

/** Reads `{context, request?, id?}`; a text where it is none of that. */
export function parseCall(text: string): Call | { readonly problem: string; readonly id: unknown } {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { problem: 'It is not JSON.', id: undefined };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'It is not a JSON object.', id: undefined };
  }
  const { context, request = {}, id, ...rest } = value as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return { problem: 'It has other members than context, request and id.', id };
  return context === undefined ? { problem: 'It has no context.', id } : { context, request, id };
}

/** Runs a worker for a call; what its code throws is shown on standard error. */
export function runCall(worker: Worker, { request, context }: Call): Promise<WorkerResult> {
  const plan = planFor(worker);
  if (plan === null) return worker.execute(request, context as WorkerContext);
  const onError = (error: unknown) => {
    logError(error);
    return plan.onError(error);
  };
  return executeRun({ ...plan, onError }, request, context);
}

/** The result for a line that is no call. */
export function refuseLine(worker: Worker, code: WorkerCode, problem?: string): WorkerResult {
  const now = (planFor(worker)?.clock ?? systemClock).now();
  const echo = { correlation_id: null, tenant_id: null, capability_id: null, decision_id: null };
  const findings: Finding[] =
    problem === undefined ? [] : [{ path: '', code: 'INVALID_VALUE', message: problem }];
  const outcome = refused(code, findings);
  return resultOf({
    record: worker.record,
    echo,
    requestText: null,
    started: now,
    finished: now,
    outcome,
    usages: [],
  });
}

/** A result as one line of JSON, with the id of its call where that had one. */
export function resultLine(result: WorkerResult, id: unknown): string {
  return canonicalJson(id === undefined ? result : { id, ...result });
}
