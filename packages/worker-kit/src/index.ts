export { canonicalJson, type RegistryRecord, sha256, type WorkerContext, type WorkerResult } from '@wcp/spec';
export type { Clock } from './base/clock.ts';
export { WORKER_CODES, type WorkerCode } from './base/worker-code.ts';
export { contextClaims, PERMIT_TYPE, type PermitClaims } from './permit/permit-claims.ts';
export type { PermitOptions } from './permit/permit-gate.ts';
export {
  type PermitCode,
  type PermitTrust,
  type PermitVerification,
  verifyPermit,
} from './permit/verify-permit.ts';
export type { ChainedAnswer, ChainedDispatch, ChainedRequest } from './run/chained-dispatch.ts';
export type { RunOptions } from './run/execute.ts';
export { isOutsideEnvelope } from './run/outside-envelope.ts';
export type { Denial, ModelUsage, PartialAnswer, RunContext } from './run/run-context.ts';
export { type ServeOptions, serveWorker } from './serve/serve-worker.ts';
export {
  defineWorker,
  type Worker,
  type WorkerDefinition,
  type WorkerOptions,
} from './worker/define-worker.ts';
export {
  type DescribedTool,
  describeTool,
  type JsonSchema,
  type ToolDescription,
} from './worker/describe-tool.ts';
export { sealRecord } from './worker/seal-record.ts';
