import type { Budget } from '@wcp/spec/document';
import { beforeEach, expect, test } from 'vitest';
import { accountsOf, type BudgetAccount } from '../../../src/dispatch/budget/budget-account.ts';
import { BudgetLedger } from '../../../src/dispatch/budget/budget-ledger.ts';
import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import type { Change, Store } from '../../../src/storage/store/store.ts';

const NOW = '2026-03-01T12:00:30.500Z';
const BUDGET: Budget = {
  budget_id: 'b',
  scope: { tenant_id: '*' },
  unit: 'calls',
  limit: 5,
  window_seconds: 60,
};

function account(tenant_id = 'tenant-a', now = NOW): BudgetAccount {
  const subject = { tenant_id, capability_id: 'cap.doc.hash', worker_id: 'org.acme.doc.a' };
  return accountsOf([BUDGET], subject, now)[0] as BudgetAccount;
}

let store: Store;
let ledger: BudgetLedger;
const commit = (changes: readonly Change[]) => store.commit(changes);
beforeEach(async () => {
  store = createMemoryStore();
  ledger = await BudgetLedger.open(store);
});

test('What is spent counts at once, for its own account only, and never falls below 0.', () => {
  ledger.spend(account(), 3);
  ledger.spend(account(), 2);
  expect(ledger.of(account())).toBe(5);
  ledger.spend(account(), -9);
  expect(ledger.of(account())).toBe(0);
  expect(ledger.of(account('tenant-b'))).toBe(0);
  ledger.spend(account(), Number.MAX_SAFE_INTEGER);
  ledger.spend(account(), 1);
  expect(ledger.of(account())).toBe(Number.MAX_SAFE_INTEGER);
});

test('What is taken back of more than can be shown leaves what was spent before.', () => {
  ledger.spend(account(), 10);
  ledger.spend(account(), Number.MAX_SAFE_INTEGER);
  expect(ledger.of(account())).toBe(Number.MAX_SAFE_INTEGER);
  ledger.spend(account(), -Number.MAX_SAFE_INTEGER);
  expect(ledger.of(account())).toBe(10);
});

test('A change holds everything that was spent by then, in whichever order it is written.', async () => {
  ledger.spend(account(), 3);
  ledger.spend(account(), 2);
  await commit([ledger.change(account())]);
  const reopened = await BudgetLedger.open(store);
  expect(reopened.of(account())).toBe(5);
});

test('The next window begins at 0, and says when it ends.', () => {
  ledger.spend(account(), 3);
  const next = account('tenant-a', '2026-03-01T12:01:00.000Z');
  expect(ledger.of(next)).toBe(0);
  expect(account().ends_at).toBe('2026-03-01T12:01:00.000Z');
  expect(next.ends_at).toBe('2026-03-01T12:02:00.000Z');
  expect(account('tenant-a', '9999-12-31T23:59:59.999Z').ends_at).toBe('9999-12-31T23:59:59.999Z');
});

test('The listing has the windows that are open.', async () => {
  ledger.spend(account(), 3);
  await commit([ledger.change(account())]);
  expect(await ledger.list(NOW)).toEqual([
    { budget_id: 'b', key: account().key, spent: 3, ends_at: '2026-03-01T12:01:00.000Z' },
  ]);
  expect(await ledger.list('2026-03-01T12:01:00.000Z')).toEqual([]);
});

test('A window is forgotten a day after its end, and never one whose amount is not durable.', async () => {
  for (const tenant of ['durable', 'unsaved']) {
    ledger.spend(account(tenant), 3);
    await commit([ledger.change(account(tenant))]);
  }
  ledger.settled(account('durable'));
  const end = Date.parse('2026-03-01T12:01:00.000Z');
  await ledger.prune(end + 86_400_000 - 1, commit);
  expect(await store.count('meta')).toBe(2);
  await ledger.prune(end + 86_400_000, commit);
  expect((await store.list('meta')).map(({ id }) => id)).toEqual([account('unsaved').id]);
  expect(ledger.of(account('unsaved'))).toBe(3);
});

test('An amount that is out of the cache is unknown until it is loaded, and an unsaved one never is.', async () => {
  ledger.spend(account('saved'), 4);
  await commit([ledger.change(account('saved'))]);
  ledger.settled(account('saved'));
  ledger.spend(account('unsaved'), 2);
  for (let index = 0; index < 50_000; index += 1) {
    const other = account(`t-${index}`);
    ledger.spend(other, 1);
    ledger.settled(other);
  }
  expect(ledger.of(account('saved'))).toBeNull();
  expect(ledger.of(account('unsaved'))).toBe(2);
  await ledger.load([account('saved'), account('new')]);
  expect(ledger.of(account('saved'))).toBe(4);
  expect(ledger.of(account('new'))).toBe(0);
});

test('Of several accounts of one request none leaves the cache while the others are spent.', async () => {
  for (let index = 0; index < 50_000; index += 1) {
    const other = account(`t-${index}`);
    ledger.spend(other, 4);
    ledger.settled(other);
  }
  const both = [account('new'), account('t-0')];
  await ledger.load(both);
  for (const each of both) ledger.spend(each, 1);
  expect(both.map((each) => ledger.of(each))).toEqual([1, 5]);
});
