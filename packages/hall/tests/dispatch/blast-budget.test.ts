import { beforeEach, expect, test } from 'vitest';
import { BlastBudget } from '../../src/dispatch/blast-budget.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import type { Store } from '../../src/storage/store/store.ts';

let store: Store;
beforeEach(() => {
  store = createMemoryStore();
});

test('what is spent counts at once, and what is given back counts no more', async () => {
  const book = await BlastBudget.open(store);
  book.spend('c', 3);
  book.spend('c', 2);
  expect(book.of('c')).toEqual({ blast_score: 5, dispatches: 2 });
  book.giveBack('c', 2);
  expect(book.of('c')).toEqual({ blast_score: 3, dispatches: 1 });
  expect(book.of('another')).toEqual({ blast_score: 0, dispatches: 0 });
});

test('of two dispatches that are written in another order than they spent, neither loses what the other spent', async () => {
  const book = await BlastBudget.open(store);
  book.spend('c', 3);
  book.spend('c', 2);
  await store.commit([book.change('c')]);
  await store.commit([book.change('c')]);
  expect((await BlastBudget.open(store)).of('c')).toMatchObject({ blast_score: 5, dispatches: 2 });
});

test('a chain that is not at hand is read before anybody decides with it', async () => {
  const many = Array.from({ length: 50_001 }, (_, index) => ({
    put: 'chains' as const,
    row: { correlation_id: `c-${String(index).padStart(6, '0')}`, blast_score: 7, dispatches: 1 },
  }));
  await store.commit(many);
  const book = await BlastBudget.open(store);
  const last = 'c-050000';
  expect(book.of(last).blast_score).toBe(0);
  await book.load(last);
  expect(book.of(last).blast_score).toBe(7);
  // What was spent meanwhile is not forgotten for what is stored.
  book.spend(last, 1);
  await book.load(last);
  expect(book.of(last).blast_score).toBe(8);
});
