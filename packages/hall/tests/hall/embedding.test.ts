import { afterEach, beforeEach, expect, test } from 'vitest';
import { CONFIG, inputFor, RULES } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, answerOf, CAPABILITIES, FakeDelivery, recordOf } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open({ rules: RULES, config: CONFIG, workers: [] });
});
afterEach(() => hall.close());

const ask = () => hall.hall.dispatch(inputFor('tenant-a'));

test('A worker that is connected later gets calls once it is enrolled, and not before.', async () => {
  const delivery = new FakeDelivery(recordOf(ACME));
  await hall.hall.connect({ delivery });
  expect((await ask()).decision.outcome).toBe('DENY');
  await hall.hall.registry.enrol({ record: delivery.record });
  expect((await ask()).decision.outcome).toBe('DISPATCH');
  expect(delivery.calls).toHaveLength(1);
});

test('A delivery takes the place of an earlier one, which is closed; what is seen of the code is the new one’s.', async () => {
  const first = new FakeDelivery(recordOf(ACME));
  await hall.hall.connect({ delivery: first });
  await hall.hall.registry.enrol({ record: first.record });
  const second = new FakeDelivery(first.record);
  second.answer = () => ({ status: 'ok', result: answerOf('second'), code: null, duration_ms: 1 });
  await hall.hall.connect({ delivery: second });
  expect(first.isClosed).toBe(true);
  expect((await ask()).result?.result).toBe('second');
  second.hash = null;
  expect((await ask()).decision.deny_code).toBe('DENY_WORKER_HASH_UNAVAILABLE');
});

test('A worker that is connected later has the limits that it is connected with.', async () => {
  const delivery = new FakeDelivery(recordOf(ACME));
  await hall.hall.connect({ delivery, limits: { concurrency: 1, waiting: 0 } });
  await hall.hall.registry.enrol({ record: delivery.record });
  const { answer } = delivery;
  let finish = () => {};
  delivery.answer = (call) =>
    new Promise((resolve) => {
      finish = () => resolve(answer(call));
    });
  const first = ask();
  while (delivery.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await ask()).delivery_code).toBe('DELIVERY_BUSY');
  finish();
  expect((await first).result?.status).toBe('ok');
});

test('Whoever a program asks for cannot resolve what is held; a steward can, and its result is read once it ran.', async () => {
  const delivery = new FakeDelivery(recordOf(ACME));
  await hall.hall.connect({ delivery });
  await hall.hall.registry.enrol({ record: delivery.record });
  const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held });
  const steward = await hall.hall.identity.authenticate(`Bearer ${hall.keys.get('steward')}`, new Date());
  const own = await hall.hall.dispatch(input, { by: steward?.id ?? '' });
  const { pending_approval_id: id } = own.decision;
  expect((await hall.resolve('steward', id as string)).json.code).toBe('APPROVAL_SELF');
  expect(await hall.hall.approval(id as string)).toMatchObject({
    state: 'pending',
    result: null,
    has_ended: false,
  });
  const other = await hall.hall.dispatch(input, { by: 'key:someone' });
  const held = other.decision.pending_approval_id as string;
  expect((await hall.resolve('steward', held)).status).toBe(200);
  expect(await hall.hall.approval(held)).toMatchObject({
    state: 'approved',
    result: { status: 'ok' },
    has_ended: true,
    delivery_code: null,
  });
  expect(await hall.hall.approval('none')).toBeNull();
});

test('Workers that are enrolled together come into force in one world, each with its own receipt, or none does.', async () => {
  const { registry, log } = hall.hall;
  const records = ['one', 'two', 'three'].map((name) => recordOf(`org.acme.summarizer.${name}`));
  const broken = { ...records[2], capabilities: [] };
  const before = (await log.head()).size;
  await expect(
    registry.enrolAll([...records.slice(0, 2), broken].map((record) => ({ record }))),
  ).rejects.toMatchObject({ code: 'INVALID_BODY' });
  await expect(
    registry.enrolAll([records[0], records[0]].map((record) => ({ record }))),
  ).rejects.toMatchObject({ code: 'INVALID_BODY' });
  expect([registry.list(), (await log.head()).size]).toEqual([[], before]);
  expect(await registry.enrolAll([])).toEqual([]);
  const enrolled = await registry.enrolAll(records.map((record) => ({ record })));
  const receipts = enrolled.map(({ receipt }) => JSON.parse(receipt));
  expect(receipts.map(({ worker_id }) => worker_id)).toEqual(records.map(({ worker_id }) => worker_id));
  expect(new Set(receipts.map(({ world_digest }) => world_digest)).size).toBe(1);
  expect((await log.head()).size).toBe(before + 3);
  expect(registry.list()).toHaveLength(3);
  const [again] = await registry.enrolAll([{ record: records[1] }]);
  expect([again?.worker.version, again?.replaced]).toEqual([2, true]);
});

test('Whatever is enrolled or removed is seen at once by whoever reads the registry.', async () => {
  const { registry } = hall.hall;
  const record = recordOf(ACME);
  const [capability = ''] = record.capabilities;
  const ids = () =>
    [registry.list(), registry.serving(capability)].map((list) => list.map((each) => each.version));
  expect(ids()).toEqual([[], []]);
  await registry.enrol({ record });
  expect(ids()).toEqual([[1], [1]]);
  await registry.enrol({ record });
  expect(ids()).toEqual([[2], [2]]);
  await registry.remove(ACME);
  expect(ids()).toEqual([[], []]);
});
