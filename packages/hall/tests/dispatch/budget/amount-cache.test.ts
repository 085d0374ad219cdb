import { expect, test } from 'vitest';
import { AmountCache } from '../../../src/dispatch/budget/amount-cache.ts';

/** A store that others write to as well. */
function cacheOver(rows: Record<string, number>) {
  let reads = 0;
  const read = async (id: string) => {
    reads += 1;
    return rows[id] ?? 0;
  };
  const cache = new AmountCache<number>(10, Object.entries(rows), read);
  return { cache, rows, reads: () => reads };
}

test('An amount that others have changed is read again, one that is new to this Hall as well.', async () => {
  const { cache, rows } = cacheOver({ a: 1 });
  [rows['a'], rows['b']] = [5, 7];
  cache.overtake(['a', 'b']);
  expect(cache.isNone('b')).toBe(false);
  await cache.load(['a', 'b', 'c']);
  expect(['a', 'b', 'c'].map((id) => cache.get(id))).toEqual([5, 7, undefined]);
  expect(cache.isNone('c')).toBe(true);
});

test('What is not durable yet is waited for: it never will be, and nothing is made from it.', async () => {
  const { cache, rows } = cacheOver({ a: 1 });
  cache.change('a', 2);
  rows['a'] = 9;
  cache.overtake(['a']);
  let isLoaded = false;
  const loading = cache.load(['a']).then(() => {
    isLoaded = true;
  });
  await new Promise(setImmediate);
  expect(isLoaded).toBe(false);
  // Given back: one more change, and both have ended.
  cache.change('a', 1);
  cache.settled('a');
  cache.settled('a');
  await loading;
  expect(cache.get('a')).toBe(9);
});

test('What is spent of an amount that is gone from the cache leaves nothing behind.', async () => {
  const { cache, rows } = cacheOver({ a: 3 });
  await cache.load(['a']);
  rows['a'] = 4;
  cache.overtake(['a']);
  // A decision that was under way takes it for nothing; at its commit it is refused, and gives back.
  cache.change('a', (cache.get('a') ?? 0) + 1);
  cache.change('a', 0);
  cache.settled('a');
  cache.settled('a');
  await cache.load(['a']);
  expect(cache.get('a')).toBe(4);
});

test('Where it is not known which amounts others have changed, all are read again.', async () => {
  const { cache, rows } = cacheOver({ a: 1, b: 2 });
  [rows['a'], rows['b'], rows['c']] = [10, 20, 30];
  cache.overtake(null);
  await cache.load(['a', 'b', 'c']);
  expect(['a', 'b', 'c'].map((id) => cache.get(id))).toEqual([10, 20, 30]);
});
