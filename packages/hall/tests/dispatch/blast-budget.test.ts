import { beforeEach, expect, test } from 'vitest';
import { BlastBudget } from '../../src/dispatch/blast-budget.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import type { Store } from '../../src/storage/store/store.ts';

const C = { tenant_id: 'tenant-a', correlation_id: 'c' };

let store: Store;
beforeEach(() => {
  store = createMemoryStore();
});

test('What is spent counts at once, and what is given back no longer counts.', async () => {
  const budgets = await BlastBudget.open(store);
  budgets.spend(C, 3);
  budgets.spend(C, 2);
  expect(budgets.of(C)).toEqual({ blast_score: 5, dispatches: 2 });
  budgets.giveBack(C, 2);
  expect(budgets.of(C)).toEqual({ blast_score: 3, dispatches: 1 });
  expect(budgets.of({ ...C, correlation_id: 'another' })).toEqual({ blast_score: 0, dispatches: 0 });
  expect(budgets.of({ ...C, tenant_id: 'tenant-b' })).toEqual({ blast_score: 0, dispatches: 0 });
});

test('Where two dispatches are written in another order than they spent, neither loses what the other spent.', async () => {
  const budgets = await BlastBudget.open(store);
  budgets.spend(C, 3);
  budgets.spend(C, 2);
  await store.commit([budgets.change(C)]);
  await store.commit([budgets.change(C)]);
  expect((await BlastBudget.open(store)).of(C)).toMatchObject({ blast_score: 5, dispatches: 2 });
});

test('A budget that is not cached is read before a decision uses it.', async () => {
  const nameOf = (index: number) => JSON.stringify(['tenant-a', `c-${String(index).padStart(6, '0')}`]);
  const many = Array.from({ length: 50_001 }, (_, index) => ({
    put: 'chains' as const,
    row: { chain: nameOf(index), blast_score: 7, dispatches: 1 },
  }));
  await store.commit(many);
  const budgets = await BlastBudget.open(store);
  const last = { tenant_id: 'tenant-a', correlation_id: 'c-050000' };
  expect(budgets.of(last).blast_score).toBe(0);
  await budgets.load(last);
  expect(budgets.of(last).blast_score).toBe(7);
  // What was spent meanwhile is not forgotten for what is stored.
  budgets.spend(last, 1);
  await budgets.load(last);
  expect(budgets.of(last).blast_score).toBe(8);
});

test('What is not durable yet is never put out of the cache, however many chains spend before the store is done.', async () => {
  const budgets = await BlastBudget.open(store);
  const chainAt = (index: number) => ({ ...C, correlation_id: `c-${index}` });
  const COUNT = 50_100;
  for (let index = 0; index < COUNT; index += 1) budgets.spend(chainAt(index), 4);
  // The store is slow: it holds nothing of all this, and what the first chains spent must still count.
  for (const index of [0, 1, 99, COUNT - 1]) {
    await budgets.load(chainAt(index));
    expect(budgets.of(chainAt(index)), `chain ${index}`).toEqual({ blast_score: 4, dispatches: 1 });
  }
  await store.commit([budgets.change(chainAt(0))]);
  budgets.stored(chainAt(0));
  expect((await BlastBudget.open(store)).of(chainAt(0))).toEqual({ blast_score: 4, dispatches: 1 });
  // What is durable may be put out, and is read again.
  budgets.spend(chainAt(COUNT), 1);
  await budgets.load(chainAt(0));
  expect(budgets.of(chainAt(0))).toEqual({ blast_score: 4, dispatches: 1 });
});

test('What one chain has spent is not that of another whose two ids make up the same text.', async () => {
  const budgets = await BlastBudget.open(store);
  budgets.spend({ tenant_id: 'a', correlation_id: 'b:c' }, 4);
  expect(budgets.of({ tenant_id: 'a:b', correlation_id: 'c' }).blast_score).toBe(0);
});
