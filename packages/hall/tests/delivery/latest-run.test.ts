import { expect, test } from 'vitest';
import { LatestRun } from '../../src/delivery/latest-run.ts';

/** A task that a test ends itself, run by run. */
function handMade() {
  const ends: { resolve(value: number): void; reject(error: Error): void }[] = [];
  const runs = new LatestRun(() => new Promise<number>((resolve, reject) => ends.push({ resolve, reject })));
  return { ends, runs };
}
const turn = () => new Promise(setImmediate);

test('Those who ask during a run share the next one, and never get what was found before they asked.', async () => {
  const { ends, runs } = handMade();
  const first = runs.get();
  const later = [runs.get(), runs.get(), runs.get()];
  expect(ends).toHaveLength(1);
  ends[0]?.resolve(1);
  expect(await first).toBe(1);
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  void runs.get();
  expect(ends).toHaveLength(3);
});

test('A run that fails does so for those who asked for it alone.', async () => {
  const { ends, runs } = handMade();
  const first = runs.get();
  const second = runs.get();
  ends[0]?.reject(new Error('unreadable'));
  await expect(first).rejects.toThrow('unreadable');
  await turn();
  ends[1]?.resolve(2);
  expect(await second).toBe(2);
});
