import { afterEach, beforeEach, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { answerOf } from '../support/workers.ts';

const INPUT = inputFor('tenant-a');
let test_: TestHall;
beforeEach(async () => {
  test_ = await TestHall.open();
  test_.delivery.answer = () => ({ status: 'error', result: null, code: 'DELIVERY_CRASHED', duration_ms: 1 });
});
afterEach(() => test_.close());

const fail = async () => {
  const { decision, delivery_code } = await test_.hall.dispatch(INPUT);
  expect(delivery_code).toBe('DELIVERY_CRASHED');
  return decision.decision_id as string;
};
const list = async () => (await test_.ask('admin', 'GET', '/wcp/dead-letters')).json.items;

test('A dispatch that its worker did not carry out is kept among the dead letters.', async () => {
  const id = await fail();
  expect(await list()).toMatchObject([
    { decision_id: id, state: 'dead', code: 'DELIVERY_CRASHED', input: INPUT, replay: null },
  ]);
});

test('A worker’s answer is never a dead letter, not even an error.', async () => {
  test_.delivery.answer = () => ({
    status: 'error',
    result: answerOf(null, { status: 'error', deny_reason: null }),
    code: null,
    duration_ms: 1,
  });
  await test_.hall.dispatch(INPUT);
  expect(await list()).toEqual([]);
});

test('A dead letter is replayed once, decided anew, and the replay is recorded.', async () => {
  const id = await fail();
  test_.delivery.answer = () => ({ status: 'ok', result: answerOf(1), code: null, duration_ms: 1 });
  const url = `/wcp/dead-letters/${id}/replay`;
  const [one, two] = await Promise.all([
    test_.ask('steward', 'POST', url),
    test_.ask('steward', 'POST', url),
  ]);
  expect([one.status, two.status].sort()).toEqual([200, 409]);
  const replayed = one.status === 200 ? one : two;
  expect(replayed.json).toMatchObject({
    decision: { outcome: 'DISPATCH' },
    outcome_receipt: { outcome: { status: 'ok' } },
  });
  const [letter] = await list();
  expect(letter).toMatchObject({
    state: 'replayed',
    replay: { decision_id: replayed.json.decision.decision_id },
  });
  expect((await test_.ask('steward', 'POST', url)).status).toBe(409);
});

test('Only an admin removes a dead letter, and its receipts stay.', async () => {
  const id = await fail();
  expect((await test_.ask('steward', 'DELETE', `/wcp/dead-letters/${id}`)).status).toBe(403);
  expect((await test_.ask('admin', 'DELETE', `/wcp/dead-letters/${id}`)).status).toBe(200);
  expect(await list()).toEqual([]);
  expect((await test_.ask('admin', 'POST', `/wcp/dead-letters/${id}/replay`)).status).toBe(404);
  const { json } = await test_.ask('auditor', 'GET', `/wcp/receipts?decision_id=${id}`);
  expect(json.items).toHaveLength(2);
});
