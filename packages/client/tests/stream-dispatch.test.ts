import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
// @boundaries-ignore the tests of this package call a real Hall
import type { Delivered, Delivery, DeliveryCall } from '../../hall/src/index.ts';
import { createHallClient } from '../src/index.ts';
import { fakeServer, json, problem } from './support/fake-server.ts';
import { HELD, inputFor, RealHall } from './support/real-hall.ts';

/** The Hall of these tests with its worker's delivery replaced in part. */
async function hallThat(deliver: (call: DeliveryCall) => Promise<Delivered>): Promise<RealHall> {
  const hall = await RealHall.open();
  const [delivery] = [...hall.hall.deliveries.values()] as [Delivery];
  const { record } = delivery;
  await hall.hall.connect({
    delivery: { record, observe: () => delivery.observe(), deliver, close: async () => {} },
  });
  return hall;
}

const ok = (result: unknown): Delivered => ({
  status: 'ok',
  result: { status: 'ok', result, telemetry: [], evidence: [], deny_reason: null },
  code: null,
  duration_ms: 1,
});

function events(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
}

describe('a dispatch that is followed', () => {
  test('Progress is told as it comes, and the answer is that of a dispatch.', async () => {
    const hall = await hallThat(async ({ onProgress }) => {
      for (const progress of [1, 2, 3]) onProgress?.({ progress, 'x-unknown': null });
      return ok({ text: 'é'.repeat(3_000_000) });
    });
    const told: unknown[] = [];
    const onProgress = (progress: unknown) => told.push(progress);
    const answer = await hall.as('tenant').streamDispatch(inputFor(), { onProgress });
    expect(told).toEqual([1, 2, 3].map((progress) => ({ progress, 'x-unknown': null })));
    expect(answer.result?.result).toEqual({ text: 'é'.repeat(3_000_000) });
    expect(answer.outcome_receipt?.outcome?.status).toBe('ok');
    const held = await hall.as('tenant').streamDispatch(inputFor({ capability_id: HELD }));
    expect(held.decision.outcome).toBe('STEWARD_HOLD');
  });

  test('The signal cancels it at the Hall, and the call rejects with its reason.', async () => {
    const controller = new AbortController();
    const hall = await hallThat(
      ({ signal }) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => {
            hall.greeted.push('stopped');
            resolve({ status: 'unknown', result: null, code: 'DELIVERY_CANCELLED', duration_ms: 1 });
          });
          controller.abort(new Error('not wanted any more'));
        }),
    );
    const { signal } = controller;
    await expect(hall.as('tenant').streamDispatch(inputFor(), { signal })).rejects.toThrow(
      'not wanted any more',
    );
    while (hall.greeted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(hall.greeted).toEqual(['stopped']);
  });

  test('A refusal is a problem, before the stream and in it, and nothing is sent twice.', async () => {
    const hall = await RealHall.open();
    await expect(hall.as('tenant').streamDispatch(inputFor({ tenant_id: 'tenant-b' }))).rejects.toMatchObject(
      { code: 'TENANT_MISMATCH' },
    );
    const { url, requests } = await fakeServer((response, index) => {
      if (index === 0) json(response, 503, problem(503, 'STORE_FAILED'));
      else events(response, `event: problem\ndata: ${JSON.stringify(problem(429, 'RATE_LIMITED'))}\n\n`);
    });
    const client = createHallClient({ url });
    await expect(client.streamDispatch(inputFor())).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await expect(client.streamDispatch(inputFor())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
    });
    expect(requests).toHaveLength(2);
  });

  test.each([
    ['that ends without an answer', 'event: progress\ndata: {}\n\n', 'ERR_WCP_HALL_UNREACHABLE'],
    ['whose answer breaks off', 'event: answer\ndata: {"status":200', 'ERR_WCP_HALL_UNREACHABLE'],
    ['whose answer is no JSON', 'event: answer\ndata: {\n\n', 'ERR_WCP_NOT_A_HALL'],
    ['whose answer has no decision', 'event: answer\ndata: {"answer":{}}\n\n', 'ERR_WCP_NOT_A_HALL'],
    ['whose problem is none', 'event: problem\ndata: {"status":400}\n\n', 'ERR_WCP_NOT_A_HALL'],
    ['beyond the limit', `event: answer\ndata: ${'x'.repeat(2_000)}`, 'ERR_WCP_HALL_ANSWER'],
    [
      'with more than 1,000 levels',
      `event: progress\ndata: ${'['.repeat(1001)}${']'.repeat(1001)}\n\n`,
      'ERR_WCP_HALL_ANSWER',
    ],
  ])('A stream %s fails the call, and not in silence.', async (name, text, code) => {
    const { url } = await fakeServer((response) => events(response, text));
    const client = createHallClient({
      url,
      ...(name === 'beyond the limit' && { max_answer_bytes: 1_000 }),
    });
    await expect(client.streamDispatch(inputFor())).rejects.toMatchObject({ code });
  });

  test('A Hall that does not answer in time is not waited for, and one without this operation is not asked otherwise.', async () => {
    const { url, requests } = await fakeServer((response, index) => {
      if (index === 0) response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      else json(response, 404, problem(404, 'NOT_FOUND'));
    });
    const client = createHallClient({ url, timeout_ms: 50 });
    await expect(client.streamDispatch(inputFor())).rejects.toMatchObject({ code: 'ERR_WCP_HALL_TIMEOUT' });
    await expect(client.streamDispatch(inputFor())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(requests.map((request) => request.url)).toEqual(['/wcp/dispatch/stream', '/wcp/dispatch/stream']);
  });
});
