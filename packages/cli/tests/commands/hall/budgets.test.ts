import { expect, it } from 'vitest';
import { REQUEST } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';

const BUDGET = { budget_id: 'hourly', scope: {}, unit: 'calls', limit: 1, window_seconds: 31_536_000 };

it('The budgets of a Hall are listed with what is left, and a denial names them.', async () => {
  const { as, hall } = await openTestHall();
  expect((await as('steward', ['budgets'])).out).toBe('This Hall has no budgets.\n');
  await hall.reload({ config: { 'x.budgets': [BUDGET] } });
  expect((await as('steward', ['budgets'])).out).toMatch(/^hourly +all +all +all +calls +0 +1 +1 /m);
  expect((await as('tenant', ['dispatch', '-'], JSON.stringify(REQUEST))).code).toBe(0);
  const denied = await as('tenant', ['dispatch', '-'], JSON.stringify(REQUEST));
  expect(denied.code).toBe(1);
  expect(denied.out).toContain('DENY_X_BUDGET_EXHAUSTED');
  expect(denied.out.replaceAll(/\s+/g, ' ')).toContain('hourly');
  expect((await as('steward', ['budgets'])).out).toMatch(/^hourly +all +all +all +calls +1 +1 +0 /m);
  const { items } = JSON.parse((await as('steward', ['budgets', '--json'])).out);
  expect(items).toMatchObject([{ budget_id: 'hourly', tenant_id: null, spent: 1, remaining: 0 }]);
  expect((await as('tenant', ['budgets'])).code).toBe(2);
});
