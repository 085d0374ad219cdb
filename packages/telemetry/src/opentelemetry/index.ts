export { modelAttributes } from './attributes.ts';
export { type Execution, type ExecutionOptions, withExecutionSpan } from './execution-span.ts';
export { createOpenTelemetrySink, type OpenTelemetrySink } from './sink.ts';
export { parseTraceparent, writeTraceparent } from './traceparent.ts';
