import { canonicalJson, sha256, type WorkerContext, type WorkerResult } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';
import type { Worker } from '../worker/define-worker.ts';

interface Expected {
  readonly context: WorkerContext;
  readonly statuses: readonly WorkerResult['status'][];
  readonly code?: string;
}

interface ResultFinding {
  readonly code: string;
  readonly message: string;
}

type Members = Record<string, unknown>;

const MEMBERS = 'deny_reason,evidence,result,status,telemetry';

/** What is wrong with a result: its form, its status, its event or its evidence. */
export function checkResult(worker: Worker, result: WorkerResult, expected: Expected): ResultFinding[] {
  const form = formMessage(result);
  if (form !== null) return [{ code: 'RESULT_FORM', message: form }];
  return [
    ...checkStatus(result, expected),
    ...checkEvent(result, expected),
    ...checkEvidence(worker, result, expected),
  ];
}

function formMessage(result: unknown): string | null {
  if (readCanonical(result).findings.length > 0) return 'The result cannot be written as JSON.';
  if (typeof result !== 'object' || result === null) return 'A result must be an object.';
  if (Object.keys(result).sort().join(',') !== MEMBERS)
    return `A result must have exactly the members ${MEMBERS}.`;
  const { telemetry, evidence } = result as WorkerResult;
  return Array.isArray(telemetry) && Array.isArray(evidence)
    ? null
    : 'Telemetry and evidence must be arrays.';
}

function checkStatus(result: WorkerResult, { statuses, code }: Expected): ResultFinding[] {
  const { status, deny_reason: reason } = result;
  const done = status === 'ok' || status === 'partial';
  const findings: ResultFinding[] = [];
  if (!statuses.includes(status)) {
    const why = reason === null ? '' : ` (${reason.code}: ${reason.message})`;
    findings.push({ code: 'STATUS', message: `Expected ${statuses.join(' or ')}, got ${status}${why}.` });
  } else if (code !== undefined && reason?.code !== code) {
    findings.push({
      code: 'DENY_CODE',
      message: `Expected the code ${code}, got ${reason?.code ?? 'none'}.`,
    });
  }
  if (done !== (reason === null)) {
    findings.push({
      code: 'DENY_REASON',
      message: 'A result must have a deny_reason exactly when it is denied or error.',
    });
  }
  if (
    code === 'WORKER_INVALID_INPUT' &&
    !(reason !== null && Array.isArray((reason as Members)['findings']))
  ) {
    findings.push({ code: 'NO_FINDINGS', message: 'The answer to an invalid request must have findings.' });
  }
  return findings;
}

function checkEvent({ telemetry, status }: WorkerResult, { context }: Expected): ResultFinding[] {
  const expected = status === 'ok' || status === 'partial' ? 'evt.worker.executed' : 'evt.worker.failed';
  const events = telemetry.filter((event) => (event as Members)['event_id'] === expected) as Members[];
  if (events.length !== 1) return [{ code: 'EVENT', message: `A run must emit ${expected} once.` }];
  return events.flatMap((event) => checkCorrelation('event', event, context));
}

function checkEvidence(worker: Worker, result: WorkerResult, { context }: Expected): ResultFinding[] {
  const entries = (result.evidence as Members[]).filter(({ kind }) => kind === 'execution');
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) {
    return [{ code: 'EVIDENCE', message: 'A run must leave one evidence entry of the kind execution.' }];
  }
  const hash = result.deny_reason === null ? sha256(canonicalJson(result.result)) : null;
  const right = entry['worker_id'] === worker.record.worker_id && entry['result_hash'] === hash;
  const findings = checkCorrelation('evidence', entry, context);
  if (!right)
    findings.push({
      code: 'EVIDENCE',
      message: 'The evidence must have the worker’s id and the hash of its result.',
    });
  return findings;
}

/** An invalid context has no correlation id. */
function checkCorrelation(what: string, entry: Members, context: WorkerContext): ResultFinding[] {
  const plain = readCanonical(context).findings.length === 0;
  const given = plain && typeof context === 'object' && context !== null ? context.correlation_id : undefined;
  if (typeof given !== 'string' || entry['correlation_id'] === given) return [];
  return [{ code: 'CORRELATION', message: `The ${what} must have the correlation id of the context.` }];
}
