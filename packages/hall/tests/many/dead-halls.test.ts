import { expect, onTestFinished, test } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import { createHall } from '../../src/index.ts';
import type { Journal } from '../../src/storage/journal.ts';
import { LiveHalls } from '../../src/storage/live-halls.ts';
import type { Follow, OtherHalls } from '../../src/storage/other-halls.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import { hasPostgres } from '../support/postgres-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { manyHalls, request } from './many-halls.ts';

const withDatabase = test.runIf(hasPostgres);

/** Halls over one store in memory, whose time the test moves. */
async function liveHalls(count: number) {
  const store = createMemoryStore();
  const follows: Follow[] = [];
  const others = { on: (_: string, follow: Follow) => follows.push(follow) } as unknown as OtherHalls;
  const journal = { overwrite: store.commit.bind(store) } as unknown as Journal;
  let now = 0;
  const halls: LiveHalls[] = [];
  for (let index = 0; index < count; index += 1) {
    halls.push(
      await LiveHalls.open({ store, journal, others, isShared: true, lease_ms: 1_000, now: () => now }),
    );
  }
  const see = async (hall: LiveHalls) => {
    for (const follow of follows) await follow([`hall ${hall.id}`]);
  };
  for (const hall of halls) await see(hall);
  return {
    halls: halls as [LiveHalls, LiveHalls],
    see,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('A Hall without a sign of life for its lease is taken for dead, and starts nothing well before.', async () => {
  const { halls, see, pass } = await liveHalls(2);
  const [one, two] = halls;
  expect([one.isAlive(two.id), two.mayStart, one.isAlive(null)]).toEqual([true, true, false]);
  pass(700);
  expect([one.isAlive(two.id), two.mayStart]).toEqual([true, false]);
  await one.give();
  await see(one);
  pass(400);
  expect([one.isAlive(two.id), two.isAlive(one.id), one.mayStart]).toEqual([false, true, true]);
  await two.give();
  await see(two);
  expect([one.isAlive(two.id), two.mayStart]).toEqual([true, true]);
});

test('The oldest Hall that lives does what one is enough for.', async () => {
  const { halls, see, pass } = await liveHalls(2);
  const [one, two] = halls;
  expect([one.isFirst, two.isFirst]).toEqual([true, false]);
  pass(900);
  await two.give();
  await see(two);
  pass(200);
  expect(two.isFirst).toBe(true);
  await two.close();
  await see(two);
  expect(one.names).toEqual([one.id]);
});

withDatabase(
  'What a Hall had begun that ended is settled by another, once, and what comes of it later is refused.',
  async () => {
    let finish = () => {};
    const { halls, ran, open } = await manyHalls(2, {
      run: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    const [first, second] = halls;
    const running = first.dispatch(request('left'));
    const ended = running.then(
      () => null,
      (error: { code: string; message: string }) => error,
    );
    await waitFor('the worker to run', () => ran.length === 1);
    // As it is for the others when a Hall is cut off: it gives no more signs, and is dead at once.
    const { store } = partsOf(second).storage;
    const [begun] = await store.list('dispatches');
    const third = await open();
    onTestFinished(() => third.close());
    const isGone = { isAlive: () => false, owner: partsOf(third).halls.owner } as unknown as LiveHalls;
    const { recoverInterrupted } = await import('../../src/dispatch/recover-interrupted.ts');
    const settling = [second, third].map((hall) => {
      const { storage, journal } = partsOf(hall);
      return recoverInterrupted({
        store: storage.store,
        journal,
        halls: isGone,
        now: Date.now,
        owes: () => false,
      });
    });
    expect((await Promise.all(settling)).reduce((sum, each) => sum + each)).toBe(1);
    finish();
    expect(await ended).toMatchObject({
      code: 'ERR_WCP_STORE',
      message: expect.stringContaining('as unknown'),
    });
    const outcomes = (
      await store.list('receipts', { where: { decision_id: begun?.decision_id ?? '', kind: 'outcome' } })
    ).map(({ receipt }) => JSON.parse(receipt).outcome.status);
    expect(outcomes).toEqual(['unknown']);
    expect(await store.count('dispatches')).toBe(0);
  },
);

withDatabase(
  'A Hall whose database is away refuses, dispatches nothing, and goes on by itself.',
  async () => {
    const { halls, ran, server } = await manyHalls(2);
    await Promise.all(halls.map((hall) => hall.dispatch(request('before'))));
    const before = ran.length;
    await server.kill();
    const refused = await Promise.allSettled(halls.map((hall) => hall.dispatch(request('away'))));
    expect(refused.map((each) => (each.status === 'rejected' ? each.reason.code : each.status))).toEqual([
      'ERR_WCP_STORE',
      'ERR_WCP_STORE',
    ]);
    expect(ran).toHaveLength(before);
    await server.start();
    for (const hall of halls) {
      await waitFor(
        'the Hall to go on',
        () =>
          hall.dispatch(request('after')).then(
            () => true,
            () => false,
          ),
        60_000,
      );
    }
  },
);

withDatabase(
  'Halls whose clocks differ by minutes date what they decide by the clock of the database.',
  async () => {
    const { halls, postgres } = await manyHalls(1);
    const [right] = halls;
    await right.dispatch(request('clock'));
    for (const minutes of [-5, 5]) {
      const real = Date.now;
      Date.now = () => real() + minutes * 60_000;
      try {
        const { KEY, ORIGIN, RULES } = await import('./many-halls.ts');
        const { tempFolder } = await import('../support/temp-folder.ts');
        const skewed = await createHall({
          postgres,
          data_keys: tempFolder(),
          key: KEY,
          origin: ORIGIN,
          rules: RULES,
        });
        const { decision } = await skewed.dispatch(request(`skewed-${minutes}`));
        expect(Math.abs(Date.parse(decision.decided_at as string) - real())).toBeLessThan(60_000);
        await skewed.close();
      } finally {
        Date.now = real;
      }
      const { decision } = await right.dispatch(request(`right-${minutes}`));
      expect(decision.outcome).toBe('DISPATCH');
    }
  },
);
