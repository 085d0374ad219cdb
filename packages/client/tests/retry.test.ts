import { describe, expect, test } from 'vitest';
import { createHallClient } from '../src/index.ts';
import { fakeServer, json, LOG, problem } from './support/fake-server.ts';
import { inputFor, RealHall } from './support/real-hall.ts';

const DECIDED = { decision: { outcome: 'DENY' } };

describe('what is safe to repeat is repeated', () => {
  test('Reading is repeated after a broken connection, a busy Hall and a failed store.', async () => {
    const { url, requests } = await fakeServer((response, index) => {
      if (index === 0) response.destroy();
      else if (index === 1) json(response, 503, problem(503, 'STORE_FAILED'));
      else if (index === 2) json(response, 429, problem(429, 'RATE_LIMITED'), { 'retry-after': '0' });
      else json(response, 200, LOG);
    });
    expect(await createHallClient({ url, retries: 3 }).showLog()).toEqual(LOG);
    expect(requests).toHaveLength(4);
  });

  test('A dispatch with an Idempotency-Key is repeated with the same key.', async () => {
    const { url, requests } = await fakeServer((response, index) =>
      index === 0 ? response.destroy() : json(response, 200, DECIDED),
    );
    const hall = createHallClient({ url });
    expect(await hall.dispatch(inputFor(), { idempotencyKey: 'once' })).toEqual(DECIDED);
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['once', 'once']);
  });

  test('A call is repeated as often as the options say and no more.', async () => {
    const { url, requests } = await fakeServer((response) => response.destroy());
    const hall = createHallClient({ url, retries: 1 });
    await expect(hall.showLog()).rejects.toMatchObject({ code: 'ERR_WCP_HALL_UNREACHABLE' });
    expect(requests).toHaveLength(2);
  });

  test('The client waits as long as the Hall asks, and gives up where that is too long.', async () => {
    const { url, requests } = await fakeServer((response, index) => {
      const after = index === 0 ? '1' : '3600';
      json(response, 429, problem(429, 'RATE_LIMITED'), { 'retry-after': after });
    });
    const began = performance.now();
    await expect(createHallClient({ url }).showLog()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retry_after_ms: 3_600_000,
    });
    expect([requests.length, performance.now() - began > 900]).toEqual([2, true]);
  });
});

describe('what may have had an effect is never repeated', () => {
  test.each([
    ['an approval', 'resolveApproval', { approval_id: 'a', resolution: 'approve' }],
    ['a freeze', 'freeze', { scope: 'hall', reason: 'a test' }],
    ['a new key', 'createKey', { label: 'a', roles: ['admin'] }],
    ['a removal', 'removeWorker', { worker_id: 'org.acme.a.b' }],
    ['a dispatch without an Idempotency-Key', 'dispatch', {}],
    ['a decision', 'route', {}],
  ] as const)('A call that may have had an effect is sent once: %s.', async (_, operation, input) => {
    for (const answer of ['broken', 'unavailable'] as const) {
      const { url, requests } = await fakeServer((response) =>
        answer === 'broken' ? response.destroy() : json(response, 503, problem(503, 'STORE_FAILED')),
      );
      const hall = createHallClient({ url });
      const call = hall[operation] as (input: object) => Promise<unknown>;
      await expect(call(input)).rejects.toThrow();
      expect([answer, requests.length]).toEqual([answer, 1]);
    }
  });

  test('What the Hall refuses for good is not repeated.', async () => {
    const { url, requests } = await fakeServer((response) => json(response, 403, problem(403, 'FORBIDDEN')));
    await expect(createHallClient({ url }).listKeys()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(requests).toHaveLength(1);
  });
});

test.each(['', 'a b', 'é', 'x'.repeat(256)])(
  'The text %j is not an Idempotency-Key.',
  async (idempotencyKey) => {
    const fetch = () => Promise.reject(new Error('it was sent'));
    const hall = createHallClient({ url: 'http://hall.test', fetch });
    await expect(hall.dispatch(inputFor(), { idempotencyKey })).rejects.toMatchObject({
      code: 'ERR_WCP_HALL',
    });
  },
);

test('An Idempotency-Key dispatches once, however often the client asks.', async () => {
  const hall = await RealHall.open();
  const input = inputFor();
  const client = hall.as('tenant');
  const first = await client.dispatch(input, { idempotencyKey: 'the-one' });
  const second = await client.dispatch(input, { idempotencyKey: 'the-one' });
  expect([second.decision.decision_id, hall.greeted.length]).toEqual([first.decision.decision_id, 1]);
});
