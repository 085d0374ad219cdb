import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineWorker, verifyPermit } from '@wcp/worker-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { httpDelivery } from '../../src/delivery/http/http-delivery.ts';
import { inProcessDelivery } from '../../src/delivery/in-process-delivery.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall, type TestHallOptions } from '../support/test-hall.ts';
import { waitFor } from '../support/wait-for.ts';
import { ACME, answerOf, CAPABILITIES, recordOf } from '../support/workers.ts';
import { Collector, type StoredSpan } from './collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

/** A Hall that reports to a collector often. */
async function traced(
  collector: Collector,
  options: TestHallOptions = {},
  otlp: object = {},
): Promise<TestHall> {
  const hall = await TestHall.open({
    ...options,
    telemetry: { otlp: { url: collector.url, interval_ms: 100, ...otlp } },
  });
  onTestFinished(() => hall.close());
  return hall;
}

function post(hall: TestHall, url: string, body: unknown, headers: Record<string, string> = {}) {
  return hall.hall.app.inject({
    method: 'POST',
    url,
    headers: { ...hall.authorization('tenant'), 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
}

const dispatch = (hall: TestHall, members = {}, headers = {}) =>
  post(hall, '/wcp/dispatch', inputFor('tenant-a', members), headers);
const TOOL = `execute_tool ${CAPABILITIES.plain}`;
const attribute = ({ attributes }: StoredSpan, name: string) => attributes[name];

describe('the trace of a dispatch', () => {
  test('It goes on from the request through every step to the worker, below the span of the caller.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector);
    const answer = await dispatch(hall, {}, { traceparent: TRACEPARENT, 'x-request-id': 'req-7' });
    expect(answer.statusCode).toBe(200);
    const [request] = await collector.spansOf('POST /wcp/dispatch');
    const [decide] = await collector.spansOf('wcp.decide');
    const [tool] = await collector.spansOf(TOOL);
    const records = await collector.spansOf('wcp.record', 2);
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    expect([request?.parentSpanId, request?.kind]).toEqual([PARENT, 2]);
    for (const span of [decide, tool, ...records]) expect(span?.parentSpanId).toBe(request?.spanId);
    expect(records.map((span) => attribute(span, 'wcp.receipt.kind'))).toEqual(['decision', 'outcome']);
    expect(request?.attributes).toMatchObject({
      'http.route': '/wcp/dispatch',
      'http.response.status_code': 200,
      'wcp.request_id': 'req-7',
      'wcp.tenant_id': 'tenant-a',
    });
    const { decision_id } = answer.json().decision;
    expect(decide?.attributes).toMatchObject({ 'wcp.outcome': 'DISPATCH', 'wcp.decision_id': decision_id });
    expect(tool?.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': CAPABILITIES.plain,
      'gen_ai.tool.call.id': decision_id,
      'wcp.status': 'ok',
    });
    expect(collector.refused).toEqual([]);
  });

  test('The worker gets the trace with the call and, signed, in its permit.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector);
    await dispatch(hall, {}, { traceparent: TRACEPARENT });
    const [tool] = await collector.spansOf(TOOL);
    const [call] = hall.delivery.calls;
    expect(call?.traceparent).toBe(`00-${TRACE}-${tool?.spanId}-01`);
    const verified = verifyPermit(call?.permit, { keys: [hall.signer.publicKey], now: Date.now() });
    expect(verified).toMatchObject({ ok: true, claims: { traceparent: call?.traceparent } });
  });

  test('A worker over HTTP gets it as a header, and the context keeps its ten members.', async () => {
    const collector = await Collector.open();
    const seen: { traceparent: unknown; body: Record<string, object> }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ traceparent: request.headers['traceparent'], body: JSON.parse(body) });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answerOf({})));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const hall = await traced(collector, {
      config: {},
      workers: [{ delivery: httpDelivery({ record: recordOf(ACME), url }) }],
    });
    const answer = await dispatch(hall, {}, { traceparent: TRACEPARENT });
    expect(answer.json().result.status).toBe('ok');
    const [tool] = await collector.spansOf(TOOL);
    expect(seen[0]?.traceparent).toBe(`00-${TRACE}-${tool?.spanId}-01`);
    expect(Object.keys(seen[0]?.body ?? {}).toSorted()).toEqual(['context', 'permit', 'request']);
    expect(Object.keys(seen[0]?.body['context'] ?? {})).toHaveLength(10);
  });

  test('What the worker asks for comes back below its call, and the tokens of its models count there.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector);
    hall.delivery.answer = async ({ context, dispatch: ask }) => {
      const isOuter = context.capability_id === CAPABILITIES.plain;
      // From another connection: what arrives there knows nothing of the request above.
      if (isOuter)
        await new Promise<void>((resolve) =>
          setImmediate(() =>
            ask?.({ capability_id: CAPABILITIES.advised, request: {} }).then(() => resolve()),
          ),
        );
      const evidence = [{ kind: 'model_usage', model: 'small-1', input_tokens: 12, output_tokens: 3 }];
      return {
        status: 'ok',
        result: answerOf({}, { evidence: isOuter ? evidence : [] }),
        code: null,
        duration_ms: 1,
      };
    };
    await dispatch(hall, {}, { traceparent: TRACEPARENT });
    const [tool] = await collector.spansOf(TOOL);
    const [inner] = await collector.spansOf(`execute_tool ${CAPABILITIES.advised}`);
    expect([inner?.traceId, inner?.parentSpanId]).toEqual([TRACE, tool?.spanId]);
    expect(tool?.attributes).toMatchObject({
      'gen_ai.request.model': 'small-1',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3,
    });
  });

  test('A failed call is an error with its code; a denial is none.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector);
    hall.delivery.answer = () => ({
      status: 'timeout',
      result: null,
      code: 'DELIVERY_TIMEOUT',
      duration_ms: 1,
    });
    await dispatch(hall);
    await dispatch(hall, { capability_id: 'cap.nothing.known' });
    const [tool] = await collector.spansOf(TOOL);
    expect([tool?.status, tool?.attributes['error.type']]).toEqual([2, 'DELIVERY_TIMEOUT']);
    const decides = await collector.spansOf('wcp.decide', 2);
    expect(decides.map((span) => attribute(span, 'wcp.deny_code'))).toEqual([
      undefined,
      'DENY_NO_MATCHING_RULE',
    ]);
    expect(decides.map(({ status }) => status)).toEqual([0, 0]);
  });

  test('A request that is refused has a span without a tenant, and no path of anybody stands in one.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector);
    await hall.get('nobody', '/wcp/decisions/0195f3a0-7c1e-7000-8000-000000000001');
    await hall.get('tenant', '/no/such/secret-path');
    const [refused] = await collector.spansOf('GET /wcp/decisions/:decision_id');
    expect(refused?.attributes).toMatchObject({ 'http.response.status_code': 401 });
    expect(refused?.attributes).not.toHaveProperty('wcp.tenant_id');
    await collector.spansOf('GET');
    expect(collector.text).not.toMatch(/0195f3a0|secret-path/);
  });

  test.each([
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    'x'.repeat(10_000),
    `${TRACEPARENT}-more`,
  ])('A traceparent that is not one (%#) begins a trace of its own.', async (traceparent) => {
    const collector = await Collector.open();
    const hall = await traced(collector);
    expect((await dispatch(hall, {}, { traceparent })).statusCode).toBe(200);
    const [request] = await collector.spansOf('POST /wcp/dispatch');
    expect(request?.parentSpanId).toBeNull();
  });

  test('A caller that keeps no trace gets none kept here either.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector, {}, { metrics: false });
    await dispatch(hall, {}, { traceparent: `00-${TRACE}-${PARENT}-00` });
    await dispatch(hall, {}, { traceparent: `00-${'1'.repeat(32)}-${PARENT}-01` });
    await collector.spansOf(TOOL);
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set(['1'.repeat(32)]));
  });
});

describe('what a collector learns', () => {
  test('Nothing that was requested, answered or is secret is sent.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector, {}, { headers: { authorization: 'Bearer needle-header' } });
    hall.delivery.answer = () => ({
      status: 'ok',
      result: answerOf(
        { text: 'needle-result' },
        {
          evidence: [
            {
              kind: 'model_usage',
              model: 'needle model, or anything else',
              input_tokens: 1,
              output_tokens: 1,
            },
          ],
        },
      ),
      code: null,
      duration_ms: 1,
    });
    const members = {
      request: { text: 'needle-request' },
      ext: { note: 'needle-ext' },
      privilege_context: { note: 'needle-context' },
    };
    await dispatch(hall, members);
    await dispatch(hall, { ...members, tenant_credential: 'needle.credential.x' });
    await dispatch(hall, { ...members, capability_id: 'needle capability\n' });
    await post(hall, '/access/v1/evaluation', {
      subject: { type: 'user', id: 'needle-subject' },
      action: { name: 'needle-action' },
      resource: { type: 'needle-type', id: 'needle-resource' },
    });
    await collector.spansOf('POST /wcp/dispatch', 3);
    await collector.spansOf('POST /access/v1/evaluation');
    expect(collector.text).not.toContain('needle');
    for (const key of hall.keys.values()) expect(collector.text).not.toContain(key);
    expect(collector.headers[0]?.authorization).toBe('Bearer needle-header');
    expect(hall.logged.join('\n')).not.toContain('needle');
  });

  test('Its metrics are those of GET /metrics.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector, {}, { traces: false, service_name: 'my-hall' });
    await dispatch(hall);
    await dispatch(hall, { capability_id: 'cap.nothing.known' });
    const denied = () =>
      collector.points.findLast(
        ({ metric, attributes }) => metric === 'wcp_decisions_total' && attributes['outcome'] === 'DENY',
      );
    await waitFor('the collector or the log', () => denied() !== undefined);
    expect(denied()).toMatchObject({
      value: 1,
      attributes: { operation: 'dispatch', deny_code: 'DENY_NO_MATCHING_RULE', env: 'dev' },
    });
    const histogram = collector.points.findLast(({ metric }) => metric === 'wcp_request_duration_seconds');
    expect(histogram?.count).toBe(2);
    expect(histogram?.bucketCounts.reduce((sum, count) => sum + count, 0)).toBe(2);
    const text = (await hall.get('admin', '/metrics')).text;
    expect(text).toContain('wcp_request_duration_seconds_count{operation="dispatch"} 2');
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'my-hall' });
    expect([collector.spans, collector.refused]).toEqual([[], []]);
  });
});

test('The duration of each call of a worker is a metric by the conventions for generative AI, with its error.', async () => {
  const collector = await Collector.open();
  const hall = await traced(collector, {}, { traces: false });
  await dispatch(hall);
  await dispatch(hall, { capability_id: 'cap.nothing.known' });
  hall.delivery.answer = () => ({
    status: 'timeout',
    result: null,
    code: 'DELIVERY_TIMEOUT',
    duration_ms: 1,
  });
  await dispatch(hall);
  const latest = (error: string | undefined) =>
    collector.points.findLast(
      ({ metric, attributes }) =>
        metric === 'gen_ai.execute_tool.duration' && attributes['error.type'] === error,
    );
  await waitFor('the duration of both calls', () => latest('DELIVERY_TIMEOUT') !== undefined);
  const attributes = { 'gen_ai.tool.name': CAPABILITIES.plain, 'gen_ai.tool.type': 'function' };
  const bounds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
  expect(latest(undefined)).toMatchObject({ unit: 's', count: 1, attributes, bounds });
  expect(latest('DELIVERY_TIMEOUT')?.attributes).toEqual({ ...attributes, 'error.type': 'DELIVERY_TIMEOUT' });
  expect(latest(undefined)?.sum).toBeGreaterThan(0);
  const { text } = await hall.get('admin', '/metrics');
  const labels = `gen_ai_tool_name="${CAPABILITIES.plain}",gen_ai_tool_type="function"`;
  expect(text).toContain(`gen_ai_execute_tool_duration_seconds_count{${labels},error_type=""} 1`);
  expect(collector.refused).toEqual([]);
});

describe('a collector that does not work costs no decision', () => {
  test.each(['hangs', 'fails', 'floods'] as const)(
    'One that %s: every dispatch is answered, and the log says so once.',
    async (behaviour) => {
      const collector = await Collector.open();
      collector.behaviour = behaviour;
      const hall = await TestHall.open({ telemetry: { otlp: { url: collector.url, interval_ms: 100 } } });
      for (let n = 0; n < 20; n += 1) expect((await dispatch(hall)).statusCode).toBe(200);
      await waitFor('the collector or the log', () => collector.requests > 0);
      if (behaviour !== 'hangs') {
        await waitFor('the collector or the log', () =>
          hall.logged.some((line) => line.includes('does not take traces')),
        );
        collector.behaviour = 'takes';
        await dispatch(hall);
        await waitFor('the collector or the log', () => hall.logged.some((line) => line.includes('again')));
        expect(hall.logged.filter((line) => line.includes('does not take')).length).toBe(1);
      }
      await hall.close();
    },
  );

  test('A key in its address is sent to it, and stands in no log.', async () => {
    const collector = await Collector.open();
    const hall = await traced(collector, {}, { url: `${collector.url}/needle-path/?key=needle-query` });
    await dispatch(hall);
    await collector.spansOf('POST /wcp/dispatch');
    expect(new Set(collector.paths)).toContain('/needle-path/v1/traces?key=needle-query');
    collector.behaviour = 'fails';
    await dispatch(hall);
    await waitFor('the log', () => hall.logged.some((line) => line.includes('does not take traces')));
    expect(hall.logged.join('\n')).not.toContain('needle');
  });

  test('One that is not there: every dispatch is answered, and the Hall closes.', async () => {
    const hall = await TestHall.open({
      telemetry: { otlp: { url: 'http://127.0.0.1:9', interval_ms: 100 } },
    });
    for (let n = 0; n < 20; n += 1) expect((await dispatch(hall)).statusCode).toBe(200);
    await hall.close();
  });
});

test('A dispatch of the program around the Hall is one trace as well.', async () => {
  const collector = await Collector.open();
  const { hall } = await traced(collector);
  await hall.dispatch(inputFor('tenant-a'));
  const [root] = await collector.spansOf('wcp.dispatch');
  const [tool] = await collector.spansOf(TOOL);
  expect(root?.parentSpanId).toBeNull();
  expect([tool?.traceId, tool?.parentSpanId]).toEqual([root?.traceId, root?.spanId]);
});

test('A worker of the kit finds the trace in its context, whatever process it runs in.', async () => {
  const collector = await Collector.open();
  const seen: unknown[] = [];
  const worker = defineWorker({
    record: recordOf(ACME),
    input: z.looseObject({}),
    run: (_, { traceparent }) => {
      seen.push(traceparent);
      return {};
    },
  });
  const hall = await traced(collector, { config: {}, workers: [{ delivery: inProcessDelivery(worker) }] });
  await dispatch(hall, {}, { traceparent: TRACEPARENT });
  const [tool] = await collector.spansOf(TOOL);
  expect(seen).toEqual([`00-${TRACE}-${tool?.spanId}-01`]);
});
