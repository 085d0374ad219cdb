export {
  type EventContext,
  type WorkerExecutedEvent,
  type WorkerFailedEvent,
  type WorkerRun,
  workerExecuted,
  workerFailed,
} from './event/worker-event.ts';
export { type LineFile, openLineFile } from './file/line-file.ts';
export { type LineReading, readLines } from './file/read-lines.ts';
export type { TornBytes } from './file/torn-tail.ts';
export { fanOut } from './sink/fan-out.ts';
export { createFileSink } from './sink/file-sink.ts';
export { createMemorySink, type MemorySink } from './sink/memory-sink.ts';
export type { TelemetrySink } from './sink/sink.ts';
