import PQueue from 'p-queue';
import { describe, expect, test } from 'vitest';
import { FairQueue, priorityOf } from '../../src/admission/fair-queue.ts';

const P = { P0: priorityOf('P0'), P1: priorityOf('P1'), P2: priorityOf('P2'), P3: priorityOf('P3') };

/** In which order a line lets go what was put into it. */
function order(line: FairQueue, count = line.size): string[] {
  const names: string[] = [];
  for (let index = 0; index < count; index += 1)
    void line
      .dequeue()?.()
      .then((name) => names.push(String(name)));
  return names;
}
const put = (line: FairQueue, priority: number, name: string, id?: string) =>
  line.enqueue(async () => name, { priority, ...(id !== undefined && { id }) });

describe('a fair queue', () => {
  test('The most urgent class is served first, and within a class first come is first served.', async () => {
    const line = new FairQueue();
    put(line, P.P3, 'd');
    put(line, P.P2, 'c');
    put(line, P.P0, 'a1');
    put(line, P.P1, 'b');
    put(line, P.P0, 'a2');
    const names = order(line);
    await Promise.resolve();
    expect(names).toEqual(['a1', 'a2', 'b', 'c', 'd']);
    expect(line.size).toBe(0);
    expect(line.dequeue()).toBeUndefined();
  });

  test.each([
    ['P1', 4],
    ['P2', 8],
    ['P3', 16],
  ] as const)('A %s call begins after %i others, however many of P0 arrive.', async (name, patience) => {
    const line = new FairQueue();
    put(line, P[name], 'patient');
    for (let index = 0; index < 100; index += 1) put(line, P.P0, 'urgent');
    const names = order(line, patience + 1);
    await Promise.resolve();
    expect(names.indexOf('patient')).toBe(patience);
  });

  test('A flood of all classes starves none of them.', async () => {
    const line = new FairQueue();
    const names: string[] = [];
    for (const [name, priority] of Object.entries(P)) {
      for (let index = 0; index < 200; index += 1) put(line, priority, name);
    }
    for (let index = 0; index < 200; index += 1) names.push(String(await line.dequeue()?.()));
    const shares = Object.keys(P).map((name) => names.filter((one) => one === name).length);
    expect(shares.every((share) => share > 5)).toBe(true);
    expect(shares[0]).toBe(Math.max(...shares));
  });

  test('The queue does what p-queue expects of it: ids can be moved and removed.', async () => {
    const line = new FairQueue();
    put(line, P.P3, 'moves', 'one');
    put(line, P.P1, 'leaves', 'two');
    line.setPriority('one', P.P0);
    line.remove('two');
    line.setPriority('nobody', P.P0);
    expect(line.filter({ priority: P.P0 })).toHaveLength(1);
    expect(line.size).toBe(1);
    const queue = new PQueue({ concurrency: 1, queueClass: FairQueue });
    const done: string[] = [];
    await Promise.all(
      (['P3', 'P3', 'P0'] as const).map((name) =>
        queue.add(async () => done.push(name), { priority: P[name] }),
      ),
    );
    // The first one was started before anybody else came.
    expect(done).toEqual(['P3', 'P0', 'P3']);
  });
});
