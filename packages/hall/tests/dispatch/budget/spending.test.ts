import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reportedCost } from '../../../src/dispatch/budget/spending.ts';
import { answerOf } from '../../support/workers.ts';

const costOf = (...evidence: object[]) => reportedCost(answerOf({}, { evidence }));

test('The cost is the sum of what the evidence reports, and what else stands in it does not count.', () => {
  expect(costOf({ 'x.cost': 3 }, { kind: 'log' }, { 'x.cost': 4, unit: 'tokens' })).toBe(7);
  expect(costOf({ 'x.cost': 0 })).toBe(0);
  expect(costOf({ 'x.cost': Number.MAX_SAFE_INTEGER }, { 'x.cost': 9 })).toBe(Number.MAX_SAFE_INTEGER);
});

test('Without a report, and where one of several is no amount, there is no cost.', () => {
  expect(reportedCost(null)).toBeNull();
  expect(costOf()).toBeNull();
  expect(costOf({ cost: 3 })).toBeNull();
  expect(costOf(Object.create({ 'x.cost': 3 }))).toBeNull();
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!Number.isSafeInteger(value) || (value as number) < 0);
      expect(costOf({ 'x.cost': 1 }, { 'x.cost': value })).toBeNull();
    }),
  );
});
