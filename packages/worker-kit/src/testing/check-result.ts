import { canonicalJson, sha256, type WorkerContext, type WorkerResult } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';
import type { Worker } from '../define-worker.ts';

interface Expected {
  readonly context: WorkerContext;
  readonly statuses: readonly WorkerResult['status'][];
  readonly code?: string;
}

interface Problem {
  readonly code: string;
  readonly message: string;
}

type Members = Record<string, unknown>;

const MEMBERS = 'deny_reason,evidence,result,status,telemetry';

/** What is wrong with a result: its form, its status, its event, its evidence. */
export function checkResult(worker: Worker, result: WorkerResult, expected: Expected): Problem[] {
  const form = formProblem(result);
  if (form !== null) return [{ code: 'RESULT_FORM', message: form }];
  return [
    ...checkStatus(result, expected),
    ...checkEvent(result, expected),
    ...checkEvidence(worker, result, expected),
  ];
}

function formProblem(result: unknown): string | null {
  if (readCanonical(result).findings.length > 0) return 'The result cannot be written as JSON.';
  if (typeof result !== 'object' || result === null) return 'A result is an object.';
  if (Object.keys(result).sort().join(',') !== MEMBERS) return `A result has exactly the members ${MEMBERS}.`;
  const { telemetry, evidence } = result as WorkerResult;
  return Array.isArray(telemetry) && Array.isArray(evidence) ? null : 'Telemetry and evidence are lists.';
}

function checkStatus(result: WorkerResult, { statuses, code }: Expected): Problem[] {
  const { status, deny_reason: reason } = result;
  const done = status === 'ok' || status === 'partial';
  const problems: Problem[] = [];
  if (!statuses.includes(status)) {
    const why = reason === null ? '' : ` (${reason.code}: ${reason.message})`;
    problems.push({ code: 'STATUS', message: `Expected ${statuses.join(' or ')}, got ${status}${why}.` });
  } else if (code !== undefined && reason?.code !== code) {
    problems.push({
      code: 'DENY_CODE',
      message: `Expected the code ${code}, got ${reason?.code ?? 'none'}.`,
    });
  }
  if (done !== (reason === null)) {
    problems.push({
      code: 'DENY_REASON',
      message: 'A deny_reason stands with denied and error, and only there.',
    });
  }
  if (
    code === 'WORKER_INVALID_INPUT' &&
    !(reason !== null && Array.isArray((reason as Members)['findings']))
  ) {
    problems.push({ code: 'NO_FINDINGS', message: 'An invalid request is answered with findings.' });
  }
  return problems;
}

function checkEvent({ telemetry, status }: WorkerResult, { context }: Expected): Problem[] {
  const expected = status === 'ok' || status === 'partial' ? 'evt.worker.executed' : 'evt.worker.failed';
  const events = telemetry.filter((event) => (event as Members)['event_id'] === expected) as Members[];
  if (events.length !== 1) return [{ code: 'EVENT', message: `A run emits ${expected} once.` }];
  return events.flatMap((event) => checkCorrelation('event', event, context));
}

function checkEvidence(worker: Worker, result: WorkerResult, { context }: Expected): Problem[] {
  const entries = (result.evidence as Members[]).filter(({ kind }) => kind === 'execution');
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) {
    return [{ code: 'EVIDENCE', message: 'A run leaves one entry of evidence of kind execution.' }];
  }
  const hash = result.deny_reason === null ? sha256(canonicalJson(result.result)) : null;
  const right = entry['worker_id'] === worker.record.worker_id && entry['result_hash'] === hash;
  const problems = checkCorrelation('evidence', entry, context);
  if (!right)
    problems.push({ code: 'EVIDENCE', message: 'The evidence names the worker and the hash of its result.' });
  return problems;
}

/** A context that is no context has nothing to carry. */
function checkCorrelation(what: string, entry: Members, context: WorkerContext): Problem[] {
  const plain = readCanonical(context).findings.length === 0;
  const given = plain && typeof context === 'object' && context !== null ? context.correlation_id : undefined;
  if (typeof given !== 'string' || entry['correlation_id'] === given) return [];
  return [{ code: 'CORRELATION', message: `The ${what} does not carry the correlation id of the context.` }];
}
