import { context as api, type Tracer, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workerExecuted, workerFailed } from '../../src/index.ts';
import { createOpenTelemetrySink, parseTraceparent } from '../../src/opentelemetry/index.ts';
import { context, deniedEvent, dispatchEvents, run } from '../samples.ts';
import { sinkCases } from '../sink/sink.case.ts';

function traced() {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('wcp');
  return { tracer, sink: createOpenTelemetrySink(tracer), spans: () => exporter.getFinishedSpans() };
}

beforeAll(() => {
  api.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => api.disable());

sinkCases(
  'OpenTelemetry',
  async () => {
    const { sink, spans } = traced();
    const kept = async () =>
      spans().flatMap(({ events }) =>
        events.map(({ name, attributes }) => ({
          event_id: name,
          correlation_id: (attributes?.['wcp.correlation_id'] as string | undefined) ?? null,
        })),
      );
    return { sink, kept };
  },
  { refuses: 'a tracing sink never throws into its caller' },
);

test('A decision has one span with its ids, its outcome and every event.', () => {
  const { sink, spans } = traced();
  sink.emit(dispatchEvents());
  const [span, ...more] = spans();
  expect(more).toEqual([]);
  expect(span?.name).toBe('wcp.decision');
  expect(span?.attributes).toEqual({
    'wcp.correlation_id': context.correlation_id,
    'wcp.tenant_id': context.tenant_id,
    'wcp.capability_id': context.capability_id,
    'wcp.decision_id': context.decision_id,
    'wcp.outcome': 'DISPATCH',
  });
  expect(span?.events.map(({ name }) => name)).toEqual(dispatchEvents().map(({ event_id }) => event_id));
  expect(span?.events[0]?.attributes).toMatchObject({ 'wcp.blast_score': 1, 'wcp.limit': 25 });
  expect(span?.startTime[0]).toBe(Date.parse('2026-01-01T00:00:00Z') / 1000);
  expect(span?.duration).toEqual([0, 0]);
});

test('A denial and a hold have their outcome, and neither is an error.', () => {
  const { sink, spans } = traced();
  sink.emit([deniedEvent()]);
  const [gated] = dispatchEvents().slice(-1);
  const common = { ...context, timestamp: '2026-01-01T00:00:00.000Z' };
  const held = {
    event_id: 'evt.os.task.held',
    ...common,
    supervisor_level: 'gatekeeper',
    reasons: ['RULE'],
  } as const;
  if (gated === undefined) throw new Error('The sample has no gated event.');
  sink.emit([{ ...held, reasons: [...held.reasons] }, gated]);
  expect(spans().map(({ attributes }) => attributes['wcp.outcome'])).toEqual(['DENY', 'STEWARD_HOLD']);
  expect(spans()[1]?.events[0]?.attributes).toMatchObject({ 'wcp.reasons': ['RULE'] });
  expect(spans().map(({ status }) => status.code)).toEqual([0, 0]);
});

test('Events of several decisions in one call get one span for each decision.', () => {
  const { sink, spans } = traced();
  const interleaved = dispatchEvents('a').flatMap((event, index) => [
    event,
    ...dispatchEvents('b').slice(index, index + 1),
  ]);
  sink.emit(interleaved);
  expect(spans().map(({ attributes }) => attributes['wcp.decision_id'])).toEqual(['a', 'b']);
  expect(spans().map(({ events }) => events.length)).toEqual([4, 4]);
});

test('The span of a run is a child of its decision’s and lasts as long as the run.', () => {
  const { sink, spans } = traced();
  sink.emit(dispatchEvents());
  sink.emit([workerExecuted(context, { ...run, status: 'ok' })]);
  const [decision, execution] = spans();
  expect(execution?.name).toBe('wcp.execution');
  expect(execution?.parentSpanContext?.spanId).toBe(decision?.spanContext().spanId);
  expect(execution?.spanContext().traceId).toBe(decision?.spanContext().traceId);
  expect(execution?.duration).toEqual([1, 500_000_000]);
});

test('The span of a failed run is marked as an error, that of a denied one is not.', () => {
  const { sink, spans } = traced();
  sink.emit([workerFailed(context, { ...run, status: 'error', reason: 'WORKER_TIMEOUT' })]);
  sink.emit([workerFailed(context, { ...run, status: 'denied', reason: 'WORKER_INVALID_INPUT' })]);
  expect(spans().map(({ status }) => status)).toEqual([{ code: 2, message: 'WORKER_TIMEOUT' }, { code: 0 }]);
});

test('The function traceparentOf returns the span of a decision, if it was emitted here.', () => {
  const { sink, spans } = traced();
  expect(sink.traceparentOf(context.decision_id)).toBeNull();
  sink.emit(dispatchEvents());
  const parsed = parseTraceparent(sink.traceparentOf(context.decision_id));
  expect(parsed?.spanId).toBe(spans()[0]?.spanContext().spanId);
  expect(sink.traceparentOf('other')).toBeNull();
});

test('The last ten thousand decisions are remembered.', () => {
  const { sink } = traced();
  const ids = Array.from({ length: 10_001 }, (_, n) => `d${n}`);
  sink.emit(ids.map((decision_id) => ({ ...deniedEvent(), decision_id })));
  expect(sink.traceparentOf('d0')).toBeNull();
  expect(sink.traceparentOf('d1')).not.toBeNull();
  expect(sink.traceparentOf('d10000')).not.toBeNull();
});

test('A decision inside an active trace belongs to that trace.', () => {
  const { sink, spans, tracer } = traced();
  tracer.startActiveSpan('agent', (agent) => {
    sink.emit(dispatchEvents());
    agent.end();
  });
  const [decision, agent] = spans();
  expect(decision?.parentSpanContext?.spanId).toBe(agent?.spanContext().spanId);
});

test.each<[string, unknown]>([
  [
    'a tracer that throws',
    {
      startSpan: () => {
        throw new Error('no');
      },
    },
  ],
  [
    'a tracer that throws nothing useful',
    {
      startSpan: () => {
        throw undefined;
      },
    },
  ],
  ['a tracer that gives no span', { startSpan: () => undefined }],
  ['no tracer', undefined],
])('What fails in OpenTelemetry does not reach the caller: %s.', (_, tracer) => {
  const sink = createOpenTelemetrySink(tracer as Tracer);
  expect(() => sink.emit(dispatchEvents())).not.toThrow();
  expect(() => sink.emit([workerExecuted(context, { ...run, status: 'ok' })])).not.toThrow();
  expect(sink.traceparentOf(context.decision_id)).toBeNull();
});

test('Malformed events do not fail the call, and the good ones beside them are written.', () => {
  const { sink, spans } = traced();
  sink.emit(null as never);
  sink.emit([null] as never);
  sink.emit([{ ...deniedEvent(), timestamp: 'yesterday' }]);
  expect(spans()).toHaveLength(1);
});

test('Without an SDK nothing happens and nothing fails.', () => {
  const sink = createOpenTelemetrySink(trace.getTracer('none'));
  expect(() => sink.emit(dispatchEvents())).not.toThrow();
});
