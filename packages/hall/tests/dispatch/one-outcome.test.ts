import { afterEach, beforeEach, expect, test } from 'vitest';
import { recoverInterrupted } from '../../src/dispatch/recover-interrupted.ts';
import type { DispatchRow, Store } from '../../src/storage/store/store.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { answerOf } from '../support/workers.ts';

let test_: TestHall;
beforeEach(async () => {
  test_ = await TestHall.open();
});
afterEach(() => test_.close());

test('A dispatch that ends while it is looked for what was interrupted has one outcome, its own.', async () => {
  const { storage, journal, halls } = test_.hall.parts;
  const { store } = storage;
  let begun: readonly DispatchRow[] = [];
  test_.delivery.answer = async () => {
    begun = await store.list('dispatches');
    return { status: 'ok', result: answerOf(1), code: null, duration_ms: 1 };
  };
  const { decision } = await test_.hall.dispatch(inputFor('tenant-a'));
  expect(begun).toHaveLength(1);
  // Listed before it ended, and settled after.
  const listed = [begun];
  const stale: Store = {
    ...({} as Store),
    get: store.get,
    list: (table, query) =>
      table === 'dispatches' ? Promise.resolve((listed.shift() ?? []) as never) : store.list(table, query),
  };
  const parts = { store: stale, journal, halls, now: () => Number.POSITIVE_INFINITY, owes: () => false };
  expect(await recoverInterrupted(parts)).toBe(0);
  const where = { decision_id: decision.decision_id as string, kind: 'outcome' };
  const outcomes = await store.list('receipts', { where });
  expect(outcomes.map(({ receipt }) => JSON.parse(receipt).outcome.status)).toEqual(['ok']);
});
