export { checkWorker, type Samples, type WorkerFinding } from './check-worker.ts';
export { type ProgramOptions, type ProgramWorker, programWorker } from './program-worker.ts';
export { contextFor, testContext } from './test-context.ts';
