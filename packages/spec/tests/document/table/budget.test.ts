import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Budget,
  budgetKey,
  epochSeconds,
  isBudgetFor,
  secondsUntilReset,
} from '../../../src/document/index.ts';

const SUBJECT = { tenant_id: 'tenant-a', capability_id: 'cap.doc.summarize', worker_id: 'org.acme.doc.a' };
const budget = (scope: Budget['scope'], window_seconds = 60): Budget => ({
  budget_id: 'b',
  scope,
  unit: 'calls',
  limit: 1,
  window_seconds,
});
const NOW = '1970-01-01T00:02:05.999Z';

test('A budget limits a request whose ids are those of its scope; an absent member and * take any.', () => {
  expect(isBudgetFor(budget({}), SUBJECT)).toBe(true);
  for (const [name, id] of Object.entries(SUBJECT)) {
    expect(isBudgetFor(budget({ [name]: '*' }), SUBJECT), name).toBe(true);
    expect(isBudgetFor(budget({ [name]: id }), SUBJECT), name).toBe(true);
    expect(isBudgetFor(budget({ ...SUBJECT, [name]: `${id}x` }), SUBJECT), name).toBe(false);
  }
});

test('The key has the ids of the scope, and null for a member that counts all together.', () => {
  expect(budgetKey(budget({}), SUBJECT, NOW)).toBe('["calls",null,null,null,60,2]');
  const each = { tenant_id: '*', capability_id: '*', worker_id: 'org.acme.doc.a' };
  expect(budgetKey(budget(each), SUBJECT, NOW)).toBe(
    '["calls","tenant-a","cap.doc.summarize","org.acme.doc.a",60,2]',
  );
});

test('Another unit, another length and another window have other keys.', () => {
  const keys = [
    budgetKey(budget({}), SUBJECT, NOW),
    budgetKey({ ...budget({}), unit: 'blast' }, SUBJECT, NOW),
    budgetKey(budget({}, 61), SUBJECT, NOW),
    budgetKey(budget({}), SUBJECT, '1970-01-01T00:03:00Z'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test('A window is fixed: it begins at a multiple of its length, and before 1970 as well.', () => {
  const index = (now: string): unknown => JSON.parse(budgetKey(budget({}), SUBJECT, now)).at(-1);
  expect(index('1970-01-01T00:00:00Z')).toBe(0);
  expect(index('1970-01-01T00:00:59.999999999Z')).toBe(0);
  expect(index('1970-01-01T00:01:00Z')).toBe(1);
  expect(index('1969-12-31T23:59:59.5Z')).toBe(-1);
  expect(secondsUntilReset(budget({}), '1970-01-01T00:01:00Z')).toBe(60);
  expect(secondsUntilReset(budget({}), '1970-01-01T00:01:59.9Z')).toBe(1);
  expect(secondsUntilReset(budget({}), '1969-12-31T23:59:59Z')).toBe(1);
});

test('The seconds since 1970 are those of the calendar.', () => {
  const [first, last] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')];
  fc.assert(
    fc.property(fc.integer({ min: first / 1000, max: last / 1000 }), (seconds) => {
      const time = new Date(seconds * 1000).toISOString();
      expect(epochSeconds(time)).toBe(seconds);
      expect(epochSeconds(`${time.slice(0, 19)}Z`)).toBe(seconds);
    }),
    { numRuns: 3000 },
  );
  for (const day of ['2000-02-29', '2100-03-01', '2100-02-28', '2024-12-31', '1600-02-29', '0001-01-01']) {
    expect(epochSeconds(`${day}T00:00:00Z`), day).toBe(Date.parse(day) / 1000);
  }
});
