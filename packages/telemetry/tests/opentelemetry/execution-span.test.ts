import { context as api, type Tracer, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { WorkerResult } from '@wcp/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workerExecuted } from '../../src/index.ts';
import {
  createOpenTelemetrySink,
  withExecutionSpan,
  writeTraceparent,
} from '../../src/opentelemetry/index.ts';
import { context, dispatchEvents, run } from '../samples.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const executed = () => workerExecuted(context, { ...run, status: 'ok' });
const result = (more: Partial<WorkerResult> = {}): WorkerResult => ({
  status: 'ok',
  result: { greeting: 'hi' },
  telemetry: [],
  evidence: [],
  deny_reason: null,
  ...more,
});

function traced() {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { tracer: provider.getTracer('wcp'), spans: () => exporter.getFinishedSpans() };
}

beforeAll(() => {
  api.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => api.disable());

test('The execution’s span is a child of the decision’s, through the W3C trace context.', async () => {
  const { tracer, spans } = traced();
  expect(await withExecutionSpan(tracer, { context, traceparent }, async () => result())).toEqual(result());
  const [span] = spans();
  expect(span?.name).toBe('wcp.execution');
  expect(span?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  expect(span?.attributes).toMatchObject({ 'wcp.correlation_id': 'corr-1', 'wcp.status': 'ok' });
});

test('An unreadable traceparent starts a trace of its own.', async () => {
  const { tracer, spans } = traced();
  await withExecutionSpan(tracer, { context, traceparent: 'junk' }, async () => result());
  expect(spans()[0]?.parentSpanContext).toBeUndefined();
});

test('The span is active while the worker runs.', async () => {
  const { tracer, spans } = traced();
  let active: string | undefined;
  await withExecutionSpan(tracer, { context, traceparent }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const span = trace.getActiveSpan();
    active = span === undefined ? undefined : writeTraceparent(span.spanContext());
    return result();
  });
  expect(active).toBe(`00-0af7651916cd43dd8448eb211c80319c-${spans()[0]?.spanContext().spanId}-01`);
});

test('A worker that calls a model adds gen_ai attributes, and one that calls none does not.', async () => {
  const { tracer, spans } = traced();
  const evidence = [
    { kind: 'execution' },
    { kind: 'model_usage', model: 'small-1', input_tokens: 10, output_tokens: 2 },
    { kind: 'model_usage', model: 'small-2', input_tokens: 5, output_tokens: 1 },
  ];
  await withExecutionSpan(tracer, { context }, async () => result({ evidence }));
  await withExecutionSpan(tracer, { context }, async () => result({ evidence: evidence.slice(0, 1) }));
  const [with_, without] = spans();
  expect(with_?.attributes).toMatchObject({
    'gen_ai.request.model': 'small-2',
    'gen_ai.usage.input_tokens': 15,
    'gen_ai.usage.output_tokens': 3,
    'gen_ai.tool.name': 'cap.doc.summarize',
  });
  expect(Object.keys(without?.attributes ?? {}).filter((name) => name.startsWith('gen_ai'))).toEqual([]);
});

test('The result’s events are on the span, and a sink that gets them too does not write them again.', async () => {
  const { tracer, spans } = traced();
  const sink = createOpenTelemetrySink(tracer);
  sink.emit(dispatchEvents());
  const telemetry = [executed()];
  await withExecutionSpan(
    tracer,
    { context, traceparent: sink.traceparentOf(context.decision_id) },
    async () => result({ telemetry }),
  );
  sink.emit(telemetry);
  expect(spans().map(({ name }) => name)).toEqual(['wcp.decision', 'wcp.execution']);
  expect(spans()[1]?.events.map(({ name }) => name)).toEqual(['evt.worker.executed']);
  sink.emit([executed()]);
  expect(spans()).toHaveLength(3);
});

test('An error of the worker marks the span, and what its function throws reaches the caller unchanged.', async () => {
  const { tracer, spans } = traced();
  const failure = new Error('from the worker');
  await withExecutionSpan(tracer, { context }, async () => result({ status: 'error' }));
  await expect(withExecutionSpan(tracer, { context }, () => Promise.reject(failure))).rejects.toBe(failure);
  await expect(
    withExecutionSpan(tracer, { context }, () => {
      throw failure;
    }),
  ).rejects.toBe(failure);
  expect(spans().map(({ status }) => status.code)).toEqual([2, 2, 2]);
});

const explode = () => {
  throw new Error('tracing is broken');
};
const brokenSpan = {
  spanContext: explode,
  setAttributes: explode,
  addEvent: explode,
  setStatus: explode,
  end: explode,
};

test.each<[string, unknown]>([
  ['throws', { startSpan: explode }],
  ['gives a broken span', { startSpan: () => brokenSpan }],
  ['gives nothing', { startSpan: () => undefined }],
])('A tracer that %s changes nothing for the caller, and the worker runs once.', async (_, tracer) => {
  let runs = 0;
  const answer = await withExecutionSpan(tracer as Tracer, { context, traceparent }, async () => {
    runs += 1;
    return result({ telemetry: [executed()] });
  });
  expect(answer.status).toBe('ok');
  expect(runs).toBe(1);
});

test('A malformed result reaches the caller unchanged.', async () => {
  const { tracer } = traced();
  expect(await withExecutionSpan(tracer, { context }, async () => null as never)).toBeNull();
});
