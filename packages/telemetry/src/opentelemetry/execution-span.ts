import type { Span, Tracer } from '@opentelemetry/api';
import type { TelemetryEvent, WorkerContext, WorkerResult } from '@wcp/spec';
import { context, SpanStatusCode, trace } from './api.ts';
import { modelAttributes, wcpAttributes } from './attributes.ts';
import { addEvent, contextUnder } from './event-span.ts';
import { quietly } from './quietly.ts';

/** The context of a traced run. */
export interface ExecutionOptions {
  readonly context: Partial<WorkerContext>;
  /** The W3C `traceparent` of the decision; absent or unreadable, the active span is the parent. */
  readonly traceparent?: string | null;
}

/** A run of a worker, such as `() => worker.execute(request, context)`. */
export type Execution = () => Promise<WorkerResult>;

/**
 * Runs a worker inside a span `wcp.execution` below the decision's (section 7): the context as `wcp.*`
 * attributes, the result's events as span events, and `gen_ai.*` where the worker reported the model it used.
 * The span is active while the worker runs. A failure of tracing never reaches the caller, who gets the result,
 * or what `run` throws, as if nothing were traced.
 *
 * @example
 * ```ts
 * import { trace } from '@opentelemetry/api';
 * import type { WorkerContext, WorkerResult } from '@wcp/spec';
 * import { withExecutionSpan } from '@wcp/telemetry/opentelemetry';
 *
 * declare const context: WorkerContext;
 * declare const execute: () => Promise<WorkerResult>;
 * const result = await withExecutionSpan(trace.getTracer('my-platform'), { context }, execute);
 * console.log(result.status);
 * ```
 */
export async function withExecutionSpan(
  tracer: Tracer,
  options: ExecutionOptions,
  run: Execution,
): Promise<WorkerResult> {
  const span = quietly(() => startSpan(tracer, options));
  try {
    const result = await (span === null ? run() : runInside(span, run));
    if (span !== null) quietly(() => describeResult(span, options, result));
    return result;
  } catch (error) {
    if (span !== null) quietly(() => span.setStatus({ code: SpanStatusCode.ERROR }));
    throw error;
  } finally {
    if (span !== null) quietly(() => span.end());
  }
}

const covered = new WeakSet<object>();

/** Whether an event is already on the span of its execution, so that a sink need not write it. */
export function isCovered(event: TelemetryEvent): boolean {
  return covered.has(event);
}

function startSpan(tracer: Tracer, options: ExecutionOptions): Span {
  const attributes = wcpAttributes(options.context);
  return tracer.startSpan('wcp.execution', { attributes }, contextUnder(options.traceparent));
}

/** Runs with the span active, even if the context manager fails before the run. */
function runInside(span: Span, run: Execution): Promise<WorkerResult> {
  let started: Promise<WorkerResult> | null = null;
  quietly(() =>
    context.with(trace.setSpan(context.active(), span), () => {
      started = start(run);
    }),
  );
  return started ?? start(run);
}

async function start(run: Execution): Promise<WorkerResult> {
  return run();
}

function describeResult(span: Span, options: ExecutionOptions, result: WorkerResult): void {
  const { status, evidence, telemetry } = result;
  span.setAttributes({
    'wcp.status': status,
    ...modelAttributes(evidence, options.context.capability_id ?? null),
  });
  if (status === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
  for (const event of telemetry) {
    addEvent(span, event as TelemetryEvent);
    covered.add(event);
  }
}
