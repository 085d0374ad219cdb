export { checkWorker, type Samples, type WorkerFinding } from './check-worker.ts';
export { contextFor, testContext } from './test-context.ts';
