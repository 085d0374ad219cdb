import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { beforeEach, describe, expect, it } from 'vitest';
import { REQUEST, scratch, wcp } from '../../support/support.ts';

/** More than the thousand that stay, and a tile. */
const RECEIPTS = 1_300;
let dir = '';
beforeEach(() => {
  dir = join(scratch(), 'my-hall');
});

async function runHall(work: (hall: Awaited<ReturnType<typeof openDeployment>>['hall']) => Promise<void>) {
  const { hall, close } = await openDeployment(dir, { listens: false, keys: 'none' });
  await work(hall).finally(() => close(0));
}

describe('evidence archive', () => {
  it('The oldest receipts leave the store of a Hall, and the Hall has the same log as before.', {
    timeout: 180_000,
  }, async () => {
    await runHall(async (hall) => {
      await Promise.all(Array.from({ length: RECEIPTS }, () => hall.route(REQUEST)));
    });
    const archived = await wcp(['evidence', 'archive', dir, '--before', '500', '--json']);
    expect(archived.code).toBe(0);
    const { from, to, size, bytes_before, bytes_after } = JSON.parse(archived.out);
    expect([from, to]).toEqual([0, 256]);
    expect(bytes_after).toBeLessThan(bytes_before);
    const alone = await wcp([
      'receipts',
      'verify',
      join(dir, 'archive'),
      '--keys',
      join(dir, 'keys/hall-key.pem'),
    ]);
    expect(alone.err).toContain('public key');
    await runHall(async (hall) => {
      expect(hall.health().store.state).toMatch(/running|done/);
      expect(size).toBeGreaterThan(RECEIPTS);
    });
    expect((await wcp(['evidence', 'archive', dir, '--before', '1'])).out).toContain('Nothing was archived');
  });

  it('Nothing is archived of a Hall that runs, of an empty folder, or before something that is no time.', async () => {
    await runHall(async () => {
      expect(await wcp(['evidence', 'archive', dir, '--before', '1'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('another process'),
      });
    });
    expect(await wcp(['evidence', 'archive', dir, '--before', 'yesterday'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--before must be'),
    });
    expect(await wcp(['evidence', 'archive', scratch(), '--before', '1'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no store'),
    });
    expect(existsSync(join(dir, 'archive'))).toBe(false);
  });
});
