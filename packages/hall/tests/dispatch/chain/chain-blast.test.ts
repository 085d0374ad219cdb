import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateSigningKey } from '@wcp/evidence';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partsOf } from '../../../src/hall/create-hall.ts';
import type { Hall, HallOptions } from '../../../src/index.ts';
import { ask, chainedHall, chainWorker, decisionsOf } from './chained-hall.ts';

interface Tree {
  readonly blast: number;
  readonly delay: number;
  readonly children: readonly Tree[];
}

const numbers = { blast: fc.integer({ min: 0, max: 3 }), delay: fc.integer({ min: 0, max: 4 }) };
/** Trees of so many levels at most. */
const treesOf = (levels: number): fc.Arbitrary<Tree> =>
  fc.record({
    ...numbers,
    children: levels === 0 ? fc.constant([]) : fc.array(treesOf(levels - 1), { maxLength: 3 }),
  });
const trees = treesOf(3);

/** A worker for each blast; it takes its time, and asks for its children all at once. */
const spenders = () =>
  [0, 1, 2, 3].map((blast) =>
    chainWorker(`spend${blast}`, blast, async ({ tree, at }: { tree?: Tree; at?: string }, context) => {
      const { delay = 0, children = [] } = tree ?? {};
      await sleep(delay);
      const answers = children.map((child, index) =>
        context.dispatch({
          capability_id: `org.chain.do-spend${child.blast}`,
          // Each place of the tree is another request: this is about blast, not about loops.
          request: { tree: child, at: `${at ?? ''}/${index}` },
        }),
      );
      await Promise.all(answers);
      return {};
    }),
  );

const limited = (limit: number): HallOptions => ({
  config: { blast: { max_score: { dev: limit }, on_exceeded: 'deny' } },
});

/** What was granted under the correlation: the sum of what each dispatched worker declares. */
async function grantedIn(hall: Hall): Promise<number> {
  const decisions = await decisionsOf(hall);
  return decisions
    .filter(({ decision }) => decision.outcome === 'DISPATCH')
    .reduce((sum, { decision }) => sum + Number(/spend(\d)/.exec(decision.worker_id as string)?.[1]), 0);
}

const SEED = Number(process.env['WCP_SEED'] ?? Date.now() % 2 ** 31);

test(`Whatever the fan-out and timing, the blast granted never exceeds the limit (seed ${SEED}).`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(trees, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 12 }),
      async (roots, limit) => {
        const hall = await chainedHall(spenders(), limited(limit));
        try {
          await Promise.all(
            roots.map((tree, index) => hall.dispatch(ask(`spend${tree.blast}`, { tree, at: String(index) }))),
          );
          const granted = await grantedIn(hall);
          expect(granted).toBeLessThanOrEqual(limit);
          const kept = await partsOf(hall).storage.store.get('chains', '["tenant-a","chain-1"]');
          expect(kept?.blast_score ?? 0).toBe(granted);
        } finally {
          await hall.close();
        }
      },
    ),
    { numRuns: process.env['WCP_DEEP'] === undefined ? 25 : 500, seed: SEED },
  );
});

test('What a failed commit reserved is given back, and what became durable stays spent after a restart.', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-blast-'));
  const options = { ...limited(3), file: join(folder, 'store.db'), key: generateSigningKey() };
  const hall = await chainedHall(spenders(), options);
  const { journal } = partsOf(hall);
  const append = journal.append.bind(journal);
  journal.append = async () => {
    throw new Error('a crash before the commit');
  };
  await expect(hall.dispatch(ask('spend3'))).rejects.toThrow();
  journal.append = append;
  expect((await hall.dispatch(ask('spend3'))).decision.outcome).toBe('DISPATCH');
  await hall.close();

  const again = await chainedHall(spenders(), options);
  expect((await again.dispatch(ask('spend1'))).decision.deny_code).toBe('DENY_BLAST_RADIUS_EXCEEDED');
  expect((await again.dispatch(ask('spend0'))).decision.outcome).toBe('DISPATCH');
  await again.close();
  rmSync(folder, { recursive: true });
});

test('Denials, holds and dry runs spend nothing.', async () => {
  const hall = await chainedHall(spenders(), limited(3));
  await hall.dispatch(ask('spend3', {}, { dry_run: true }));
  await hall.route(ask('spend3'));
  await hall.dispatch(ask('spend3', {}, { blast_score: 4 }));
  expect((await hall.dispatch(ask('spend3'))).decision).toMatchObject({
    outcome: 'DISPATCH',
    blast_score: 3,
  });
  await hall.close();
});

test('What one tenant spends under a correlation id is neither counted nor seen for another that uses the same id.', async () => {
  const hall = await chainedHall([chainWorker('wide', 6, () => ({}))], limited(10));
  try {
    const first = await hall.dispatch(ask('wide'));
    const foreign = await hall.dispatch(ask('wide', {}, { tenant_id: 'tenant-b' }));
    expect([first, foreign].map(({ decision }) => [decision.outcome, decision.blast_score])).toEqual([
      ['DISPATCH', 6],
      ['DISPATCH', 6],
    ]);
    const [, seen] = await decisionsOf(hall);
    expect(seen?.facts).not.toHaveProperty('chain');
    expect((await hall.dispatch(ask('wide'))).decision.deny_code).toBe('DENY_BLAST_RADIUS_EXCEEDED');
  } finally {
    await hall.close();
  }
});
