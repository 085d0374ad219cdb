import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PriorityGate } from '../../src/admission/priority-gate.ts';

/** Dispatches that end when they are told to, by name. */
function stepwise() {
  const priorityGate = new PriorityGate();
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const enter = (qosClass: string, name: string) =>
    priorityGate.enter(qosClass, () => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await sleep(1);
  };
  return { priorityGate, started, enter, end };
}

test('Without anything more urgent, every dispatch begins at once.', async () => {
  const { started, enter, end } = stepwise();
  const all = ['a', 'b', 'c'].map((name) => enter('P3', name));
  expect(started).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'b', 'c']) await end(name);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
});

test('While an urgent dispatch is running, background work begins one by one, and still moves.', async () => {
  const { started, enter, end } = stepwise();
  void enter('P0', 'urgent');
  for (const name of ['a', 'b', 'c']) void enter('P3', name);
  expect(started).toEqual(['urgent', 'a']);
  await end('a');
  expect(started).toEqual(['urgent', 'a', 'b']);
  await end('urgent');
  // Where one urgent request came, the next is near; then the others begin.
  await expect.poll(() => started).toEqual(['urgent', 'a', 'b', 'c']);
});

test('What waits begins in the order of its class, and within a class as it came.', async () => {
  const { started, enter, end } = stepwise();
  void enter('P0', 'urgent');
  for (let index = 0; index < 6; index += 1) void enter('P2', `two-${index}`);
  for (let index = 0; index < 3; index += 1) void enter('P3', `three-${index}`);
  expect(started).toEqual(['urgent', 'two-0', 'two-1', 'two-2', 'two-3', 'three-0']);
  void enter('P0', 'more urgent');
  expect(started.at(-1)).toBe('more urgent');
  await end('two-0');
  expect(started.at(-1)).toBe('two-4');
});

test('A slow urgent dispatch blocks nobody for good.', async () => {
  const { started, enter } = stepwise();
  void enter('P0', 'slow');
  void enter('P3', 'a');
  void enter('P3', 'b');
  expect(started).toEqual(['slow', 'a']);
  // Its worker is slow; the Hall is not.
  await expect.poll(() => started).toEqual(['slow', 'a', 'b']);
});

test('Failed work frees its place, and an unknown class is the least urgent.', async () => {
  const { priorityGate, started, enter, end } = stepwise();
  void enter('P0', 'urgent');
  const failing = priorityGate.enter('P3', () => Promise.reject(new Error('failed')));
  void enter('nonsense', 'next');
  await expect(failing).rejects.toThrow('failed');
  await sleep(1);
  expect(started).toEqual(['urgent', 'next']);
  await end('next');
  await end('urgent');
});
