import { canonicalJson, parseRecord, type WorkerContext, type WorkerResult } from '@wcp/spec';
import type { Worker } from '../worker/define-worker.ts';
import { checkResult } from './check-result.ts';
import { junkValues } from './junk.ts';
import { contextFor } from './test-context.ts';

/** Requests whose outcome the author knows. */
export interface Samples {
  /** Each must end in `ok` or `partial`. At least one. */
  readonly valid: readonly unknown[];
  /** Each must be `denied` with `WORKER_INVALID_INPUT` and findings. */
  readonly invalid?: readonly unknown[];
}

/** One way in which a worker violates section 10. */
export interface WorkerFinding {
  readonly code: string;
  readonly message: string;
  /** The trial: `valid[0]`, `junk[3]`, `wrong capability` … */
  readonly during: string;
}

/**
 * Checks a worker against its contract (section 10), with any test runner: it never throws, whatever it gets;
 * it emits its event and its evidence, with the correlation id; it does what its record says.
 *
 * @example
 * ```ts
 * import type { Worker } from '@wcp/worker-kit';
 * import { checkWorker } from '@wcp/worker-kit/testing';
 *
 * declare const worker: Worker;
 * const findings = await checkWorker(worker, { valid: [{ name: 'Ada' }], invalid: [{}] });
 * for (const { during, message } of findings) console.log(during, message);
 * ```
 */
export async function checkWorker(worker: Worker, samples: Samples): Promise<WorkerFinding[]> {
  const record = parseRecord(worker.record);
  const findings: WorkerFinding[] = [];
  if (!record.ok)
    findings.push(...record.findings.map(({ code, message }) => ({ code, message, during: 'record' })));
  if (samples.valid.length === 0) {
    findings.push({ code: 'NO_SAMPLE', message: 'Give at least one valid request.', during: 'samples' });
  }
  for (const trial of trialsOf(worker, samples)) findings.push(...(await runTrial(worker, trial)));
  return findings;
}

interface Trial {
  readonly during: string;
  readonly request: unknown;
  readonly context: WorkerContext;
  /** The permitted statuses. */
  readonly statuses: readonly WorkerResult['status'][];
  /** The required code, where there is only one. */
  readonly code?: string;
  readonly repeat?: boolean;
}

const ANY = ['ok', 'partial', 'denied', 'error'] as const;

function trialsOf(worker: Worker, samples: Samples): Trial[] {
  const { valid, invalid = [] } = samples;
  const context = contextFor(worker, { correlation_id: 'check-worker/1', tenant_id: 'check-worker' });
  const repeat = worker.record.determinism === 'deterministic';
  const wrong = (during: string, code: string, overrides: Partial<WorkerContext>): Trial => ({
    during,
    code,
    request: valid[0],
    context: { ...context, ...overrides },
    statuses: ['denied'],
  });
  return [
    ...valid.map(
      (request, n): Trial => ({
        during: `valid[${n}]`,
        request,
        context,
        statuses: ['ok', 'partial'],
        repeat,
      }),
    ),
    ...invalid.map((request, n): Trial => {
      return {
        during: `invalid[${n}]`,
        request,
        context,
        statuses: ['denied'],
        code: 'WORKER_INVALID_INPUT',
      };
    }),
    ...junkValues().map((request, n): Trial => ({ during: `junk[${n}]`, request, context, statuses: ANY })),
    ...junkValues().map((junk, n): Trial => {
      const junkContext = junk as WorkerContext;
      return { during: `junk context[${n}]`, request: valid[0], context: junkContext, statuses: ['denied'] };
    }),
    wrong('wrong capability', 'WORKER_WRONG_CAPABILITY', { capability_id: 'x.check-worker.nothing' }),
    wrong('wrong worker', 'WORKER_WRONG_WORKER', { worker_id: 'x.check-worker.nobody' }),
    ...forbiddenEnvironments(worker).map((env) => wrong(`env ${env}`, 'WORKER_ENV_NOT_ALLOWED', { env })),
  ];
}

function forbiddenEnvironments(worker: Worker) {
  const { allowed_environments: allowed = ['dev'] } = worker.record;
  return (['dev', 'stage', 'prod', 'edge'] as const).filter((env) => !allowed.includes(env));
}

async function runTrial(worker: Worker, trial: Trial): Promise<WorkerFinding[]> {
  const finding = (code: string, message: string) => ({ code, message, during: trial.during });
  let result: WorkerResult;
  try {
    result = await worker.execute(trial.request, trial.context);
  } catch {
    return [finding('THREW', 'A worker must never throw: an error is a status.')];
  }
  const findings = checkResult(worker, result, trial).map(({ code, message }) => finding(code, message));
  if (findings.length > 0 || trial.repeat !== true) return findings;
  const again = await worker.execute(trial.request, trial.context);
  if (canonicalJson(again.result) === canonicalJson(result.result)) return [];
  return [
    finding('NOT_DETERMINISTIC', 'The record says deterministic, but two runs gave different results.'),
  ];
}
