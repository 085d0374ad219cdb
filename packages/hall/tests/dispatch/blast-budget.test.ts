import { beforeEach, expect, test } from 'vitest';
import { BlastBudget } from '../../src/dispatch/blast-budget.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import type { Store } from '../../src/storage/store/store.ts';

let store: Store;
beforeEach(() => {
  store = createMemoryStore();
});

test('what is spent counts at once, and what is given back counts no more', async () => {
  const budgets = await BlastBudget.open(store);
  budgets.spend('c', 3);
  budgets.spend('c', 2);
  expect(budgets.of('c')).toEqual({ blast_score: 5, dispatches: 2 });
  budgets.giveBack('c', 2);
  expect(budgets.of('c')).toEqual({ blast_score: 3, dispatches: 1 });
  expect(budgets.of('another')).toEqual({ blast_score: 0, dispatches: 0 });
});

test('of two dispatches that are written in another order than they spent, neither loses what the other spent', async () => {
  const budgets = await BlastBudget.open(store);
  budgets.spend('c', 3);
  budgets.spend('c', 2);
  await store.commit([budgets.change('c')]);
  await store.commit([budgets.change('c')]);
  expect((await BlastBudget.open(store)).of('c')).toMatchObject({ blast_score: 5, dispatches: 2 });
});

test('A budget that is not cached is read before a decision uses it.', async () => {
  const many = Array.from({ length: 50_001 }, (_, index) => ({
    put: 'chains' as const,
    row: { correlation_id: `c-${String(index).padStart(6, '0')}`, blast_score: 7, dispatches: 1 },
  }));
  await store.commit(many);
  const budgets = await BlastBudget.open(store);
  const last = 'c-050000';
  expect(budgets.of(last).blast_score).toBe(0);
  await budgets.load(last);
  expect(budgets.of(last).blast_score).toBe(7);
  // What was spent meanwhile is not forgotten for what is stored.
  budgets.spend(last, 1);
  await budgets.load(last);
  expect(budgets.of(last).blast_score).toBe(8);
});
