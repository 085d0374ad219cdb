import { afterEach, beforeEach, expect, test } from 'vitest';
import { DECLARED_ENFORCEMENT } from '../../src/delivery/enforcement.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { answerOf } from '../support/workers.ts';

const INPUT = inputFor('tenant-a');
let test_: TestHall;
beforeEach(async () => {
  test_ = await TestHall.open();
});
afterEach(() => test_.close());

test('The receipt of an outcome says what kept the worker within its envelope, and nothing where no call reached it.', async () => {
  test_.delivery.answer = () => ({
    status: 'ok',
    result: answerOf(1),
    code: null,
    duration_ms: 1,
    enforcement: DECLARED_ENFORCEMENT,
  });
  const { outcome_receipt } = await test_.hall.dispatch(INPUT);
  expect(outcome_receipt).toMatchObject({ kind: 'outcome', enforcement: DECLARED_ENFORCEMENT });
  test_.delivery.answer = () => ({ status: 'error', result: null, code: 'DELIVERY_BUSY', duration_ms: 1 });
  expect((await test_.hall.dispatch(INPUT)).outcome_receipt).not.toHaveProperty('enforcement');
});
