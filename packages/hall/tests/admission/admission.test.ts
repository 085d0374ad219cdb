import { describe, expect, onTestFinished, test } from 'vitest';
import type { Delivered } from '../../src/delivery/delivery.ts';
import { CONFIG, inputFor } from '../support/documents.ts';
import { TestHall, type TestHallOptions } from '../support/test-hall.ts';
import { waitFor } from '../support/wait-for.ts';
import { ACME, answerOf } from '../support/workers.ts';

const fine: Delivered = { status: 'ok', result: answerOf(1), code: null, duration_ms: 1 };

/** A Hall whose worker answers one call after another, when it is told to. */
async function open(options: TestHallOptions = {}) {
  const hall = await TestHall.open(options);
  const waiting: (() => void)[] = [];
  hall.delivery.answer = () => new Promise((resolve) => waiting.push(() => resolve(fine)));
  onTestFinished(() => hall.close());
  const answerAll = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await waitFor('a call', () => waiting.length > 0);
      waiting.shift()?.();
    }
  };
  const running = (count: number) => waitFor(`${count} calls`, () => hall.delivery.calls.length >= count);
  return { hall, answerAll, running };
}

const LIMITS = { tenants: { concurrency: 1, waiting: 1 } };
const post = (hall: TestHall) => hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
const embedded = (hall: TestHall, signal?: AbortSignal) =>
  hall.hall.dispatch(inputFor('tenant-a'), signal === undefined ? {} : { signal });

test('Calls of hall.dispatch and POST /wcp/dispatch share one limit, and refuse in the same words.', async () => {
  const { hall, answerAll, running } = await open(LIMITS);
  const first = post(hall);
  await running(1);
  const second = embedded(hall);
  const refusal = await post(hall);
  expect(refusal).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
  await expect(embedded(hall)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    message: refusal.json.detail,
  });
  await answerAll(2);
  expect((await first).status).toBe(200);
  expect((await second).decision.outcome).toBe('DISPATCH');
});

test('A refusal for one tenant leaves another tenant free, over HTTP and in process.', async () => {
  const { hall, answerAll, running } = await open(LIMITS);
  const busy = [embedded(hall), post(hall)];
  await running(1);
  const others = [
    hall.hall.dispatch(inputFor('tenant-b')),
    hall.post('foreigner', '/wcp/dispatch', inputFor('tenant-b')),
  ];
  await running(2);
  await answerAll(4);
  await Promise.all([...busy, ...others]);
  expect(hall.delivery.calls.map(({ context }) => context.tenant_id).toSorted()).toEqual([
    'tenant-a',
    'tenant-a',
    'tenant-b',
    'tenant-b',
  ]);
});

test('A program that aborts a waiting dispatch leaves nothing behind: no place, no decision, no call.', async () => {
  const { hall, answerAll, running } = await open(LIMITS);
  const first = post(hall);
  await running(1);
  const controller = new AbortController();
  const aborted = embedded(hall, controller.signal);
  const outcome = expect(aborted).rejects.toThrow('withdrawn');
  controller.abort(new Error('withdrawn'));
  await outcome;
  const next = embedded(hall);
  await answerAll(2);
  await Promise.all([first, next]);
  expect(hall.delivery.calls).toHaveLength(2);
  const { store } = hall.hall.parts.storage;
  expect(await store.list('receipts', { where: { kind: 'decision' } })).toHaveLength(2);
});

test('A worker that failed too often serves again after its cool-down, without intervention.', async () => {
  const { hall } = await open();
  const limited = await TestHall.open({
    workers: [{ delivery: hall.delivery, limits: { failures: 2, cooldown_ms: 1_000 } }],
  });
  onTestFinished(() => limited.close());
  hall.delivery.answer = () => ({ status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 });
  for (let index = 0; index < 2; index += 1) await post(limited);
  expect((await post(limited)).json.decision).toMatchObject({ deny_code: 'DENY_NO_AVAILABLE_WORKER' });
  const until = (await limited.get('tenant', `/wcp/workers/${ACME}`)).json.worker.resting_until;
  expect(Date.parse(until)).toBeGreaterThan(Date.now());
  expect((await limited.get('auditor', '/wcp/health')).json).toMatchObject({
    status: 'degraded',
    troubles: [{ code: 'WORKER_RESTING', message: expect.stringMatching(`^${ACME} .*resting until 20`) }],
  });
  const shownToAll = (await limited.get('nobody', '/wcp/health')).json.troubles;
  expect(shownToAll).toMatchObject([{ code: 'WORKER_RESTING' }]);
  expect(JSON.stringify(shownToAll)).not.toContain(ACME);
  hall.delivery.answer = () => fine;
  await waitFor('the end of the cool-down', async () => (await post(limited)).status === 200);
  expect(hall.delivery.calls.at(-1)?.context.worker_id).toBe(ACME);
  expect((await limited.get('tenant', '/wcp/workers')).json.items).toMatchObject([{ resting_until: null }]);
  expect((await limited.get('auditor', '/wcp/health')).json.troubles).toEqual([]);
});

describe('A tenant whose floor caps its class', () => {
  const config = { ...CONFIG, tenant_floors: { 'tenant-a': { qos_class: 'P3' } } };
  const urgent = () => inputFor('tenant-a', { qos_class: 'P0' });
  const background = () => inputFor('tenant-a', { qos_class: 'P3' });

  test('It waits as its floor says, whatever it calls its requests: first come, first served.', async () => {
    const { hall, answerAll, running } = await open({ tenants: { concurrency: 1 }, config });
    const first = hall.hall.dispatch(background());
    await running(1);
    const inputs = [background(), urgent()];
    const all = inputs.map((input) => hall.hall.dispatch(input));
    await answerAll(3);
    await Promise.all([first, ...all]);
    const served = hall.delivery.calls.map(({ context }) => [context.correlation_id, context.qos_class]);
    expect(served.slice(1)).toEqual(inputs.map(({ correlation_id }) => [correlation_id, 'P3']));
  });

  test('Its requests fill the queue of its floor, not that of the class that they claim.', async () => {
    const { hall, answerAll, running } = await open({ tenants: { concurrency: 1, waiting: 1 }, config });
    const first = hall.hall.dispatch(background());
    await running(1);
    const second = hall.hall.dispatch(background());
    await expect(hall.hall.dispatch(urgent())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await answerAll(2);
    await Promise.all([first, second]);
  });
});
