export { canonicalJson, type RegistryRecord, sha256, type WorkerContext, type WorkerResult } from '@wcp/spec';
export type { Clock } from './clock.ts';
export { defineWorker, type Worker, type WorkerDefinition, type WorkerOptions } from './define-worker.ts';
export { contextClaims, PERMIT_TYPE, type PermitClaims } from './permit/permit-claims.ts';
export type { PermitOptions } from './permit/permit-gate.ts';
export {
  type PermitCode,
  type PermitReading,
  type PermitTrust,
  verifyPermit,
} from './permit/verify-permit.ts';
export type { ChainedAnswer, ChainedDispatch, ChainedRequest } from './run/chained-dispatch.ts';
export type { Denial, ModelUsage, PartialAnswer, RunContext } from './run/run-context.ts';
export type { RunOptions } from './run/run-options.ts';
export { sealRecord } from './seal-record.ts';
export type { ServeOptions } from './serve/serve-options.ts';
export { serveWorker } from './serve/serve-worker.ts';
export { WORKER_CODES, type WorkerCode } from './worker-code.ts';
