export { fanOut } from './fan-out.ts';
export { createFileSink } from './file-sink.ts';
export { type LineFile, openLineFile } from './line-file.ts';
export { createMemorySink, type MemorySink } from './memory-sink.ts';
export { type LineReading, readLines } from './read-lines.ts';
export type { TelemetrySink } from './sink.ts';
export type { TornBytes } from './torn-tail.ts';
export {
  type EventContext,
  type WorkerExecutedEvent,
  type WorkerFailedEvent,
  type WorkerRun,
  workerExecuted,
  workerFailed,
} from './worker-event.ts';
