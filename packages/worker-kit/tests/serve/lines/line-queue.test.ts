import { expect, test } from 'vitest';
import { LineQueue } from '../../../src/serve/lines/line-queue.ts';

const MIB = 1024 * 1024;
const settled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 10))]);

test('Waiting calls come in order, and null at the end.', async () => {
  const queue = new LineQueue<string>();
  const first = queue.next();
  await queue.push('a', 1);
  await queue.push('b', 1);
  expect([await first, await queue.next()]).toEqual(['a', 'b']);
  const last = queue.next();
  queue.end();
  expect(await last).toBeNull();
  expect(await queue.next()).toBeNull();
});

test('Above 16 MiB, no more is accepted until there is room again.', async () => {
  const queue = new LineQueue<string>();
  expect(await settled(queue.push('a', 10 * MIB))).toBe(true);
  const full = queue.push('b', 10 * MIB);
  expect(await settled(full)).toBe(false);
  await queue.next();
  expect(await settled(full)).toBe(true);
  expect(await queue.next()).toBe('b');
});
