export type { RegistryRecord, WorkerContext, WorkerResult } from '@wcp/spec';
export type { Clock } from './clock.ts';
export { defineWorker, type Worker, type WorkerDefinition, type WorkerOptions } from './define-worker.ts';
export type { Denial, ModelUsage, PartialAnswer, RunContext } from './run-context.ts';
export { sealRecord } from './seal-record.ts';
export { serveWorker } from './serve/serve-worker.ts';
export { WORKER_CODES, type WorkerCode } from './worker-code.ts';
