import type { RegistryRecord, Sha256, WorkerContext, WorkerResult } from '@wcp/spec';
import {
  type CodeAttestation,
  type CodeAttestationRequest,
  CodeAttestationRequestSchema,
  parseDocument,
} from '@wcp/spec/document';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { systemClock } from '../base/clock.ts';
import { type PermitOptions, permitGate } from '../permit/permit-gate.ts';
import type { RunOptions } from '../run/execute.ts';
import { resultWithCode } from '../serve/call.ts';
import type { HttpAddress } from '../serve/http/http-address.ts';
import { type HttpListener, listenHttp } from '../serve/http/http-worker.ts';
import type { Worker } from '../worker/define-worker.ts';

/** A worker that another program runs, such as one that contains it. */
export interface HostedWorker {
  readonly record: RegistryRecord;
  /** The hash of the code that runs: a call that was decided about other code is refused. */
  readonly code_hash: Sha256;
  /** Runs an admitted call, with its permit among the options; throws `NoResult` where there is no result. */
  run(request: unknown, context: WorkerContext, options: RunOptions): Promise<WorkerResult>;
  /** Answers a Hall's question about the code (section 10.5). */
  attest(question: CodeAttestationRequest): CodeAttestation;
}

/**
 * Serves a worker that another program runs over HTTP, as `serveWorker` does with `--http`, permits included. It also
 * answers for the code: `POST /attest`.
 *
 * @throws the system's error where it can't listen
 * @example
 * ```ts
 * import { type HostedWorker, openWorkerHost } from '@wcp/worker-kit/host';
 *
 * declare const hosted: HostedWorker;
 * declare const hallKey: string;
 * const permits = { hallKeys: [hallKey], permitStore: null };
 * const host = await openWorkerHost(hosted, permits, { host: '127.0.0.1', port: 0 });
 * console.log(host.url);
 * await host.close();
 * ```
 */
export function openWorkerHost(
  hosted: HostedWorker,
  permits: PermitOptions,
  address: HttpAddress,
): Promise<HttpListener> {
  const worker = workerOf(hosted);
  const admit = permitGate(permits, systemClock);
  const code = { hash: hosted.code_hash, attest: (text: string) => answerOf(hosted, text) };
  return listenHttp({ worker, admit, knowsHall: permits.hallKeys.length > 0, code }, address);
}

/** A permit may be for another worker of the same Hall: the worker must not be given that one's call. */
function workerOf({ record, run }: HostedWorker): Worker {
  const worker: Worker = {
    record,
    execute: async (request, context, options = {}) =>
      context.worker_id === record.worker_id
        ? run(request, context, options)
        : resultWithCode(worker, 'WORKER_WRONG_WORKER'),
  };
  return worker;
}

function answerOf({ attest }: HostedWorker, text: string): string | null {
  let question: unknown;
  try {
    question = parseJson(text, FOREIGN_TEXT_LIMITS);
  } catch {
    return null;
  }
  const parsed = parseDocument<CodeAttestationRequest>(CodeAttestationRequestSchema, question);
  return parsed.ok ? JSON.stringify(attest(parsed.value)) : null;
}
