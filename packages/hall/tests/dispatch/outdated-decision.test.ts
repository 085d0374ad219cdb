import { expect, test } from 'vitest';
import { HallClock } from '../../src/base/hall-clock.ts';
import { receive } from '../../src/base/received-request.ts';
import type { Decided } from '../../src/dispatch/decider.ts';
import { IdempotencyStore } from '../../src/dispatch/idempotency-store.ts';
import { Recorder, type RecorderParts } from '../../src/dispatch/recorder.ts';
import { Overtaken } from '../../src/storage/overtaken.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';

test('A decision that was made before something was frozen is not recorded after it, and gives back what it spent.', async () => {
  const seen: string[] = [];
  const parts = {
    freezes: { version: 2 },
    tracing: { span: (_: string, __: object, work: () => unknown) => work() },
    journal: { append: async () => seen.push('recorded') },
  } as unknown as RecorderParts;
  const decided = {
    decision: { decision_id: 'd' },
    freezes: 1,
    spending: { giveBack: () => seen.push('given back') },
  } as unknown as Decided;
  await expect(new Recorder(parts).record(decided, 'dispatch')).rejects.toBeInstanceOf(Overtaken);
  expect(seen).toEqual(['given back']);
});

test('That a key was not used is known up to the commit before it was looked for, whatever comes meanwhile.', async () => {
  const others = { commit: 5, untilCurrent: <R>(work: () => Promise<R>) => work() };
  const kept = createMemoryStore();
  const get: typeof kept.get = async (table, key) => {
    const row = await kept.get(table, key);
    // Another Hall uses the key, and this one learns of it, before it decides.
    others.commit = 9;
    return row;
  };
  const store = { ...kept, get, list: kept.list.bind(kept) } as typeof kept;
  const keys = new IdempotencyStore(store, new HallClock(Date.now), others);
  const since: number[] = [];
  await keys.once('tenant-a', 'key', receive({}, 'key:x'), async (_, known) => {
    since.push(known);
    return {} as never;
  });
  expect(since).toEqual([5]);
});
