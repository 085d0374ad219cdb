import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey, verifyLog } from '@wcp/evidence';
import { WcpError } from '@wcp/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import { createHall } from '../../src/index.ts';
import { countingWorker, RULES, request } from './support.ts';

const ORIGIN = 'failure.test/log';
const disk = mkdtempSync(join(tmpdir(), 'wcp-disk-'));
/** Mounting asks for a right that not every machine gives: these tests then have no disk to fill. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status === 0;

beforeAll(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(2_000_000)));
afterAll(() => {
  if (isMounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

test.runIf(isMounted)(
  'On a full disk nothing is dispatched and nothing is lost; with space again the Hall goes on.',
  async () => {
    const { delivery, executed } = countingWorker();
    const key = generateSigningKey();
    const options = {
      file: join(disk, 'store.db'),
      key,
      origin: ORIGIN,
      rules: RULES,
      workers: [{ delivery }],
    };
    const hall = await createHall(options);
    const acknowledged: string[] = [];
    const failures: unknown[] = [];
    for (let index = 0; failures.length < 5; index += 1) {
      await hall.dispatch(request(index, 40_000)).then(
        ({ receipt, outcome_receipt }) =>
          acknowledged.push(receipt.receipt_id, outcome_receipt?.receipt_id as string),
        (error) => failures.push(error),
      );
    }
    const ranWhenFull = executed.length;
    expect(failures.every((error) => error instanceof WcpError && error.code === 'ERR_WCP_STORE')).toBe(true);
    expect((failures[0] as Error).message).toMatch(/disk/);
    const health = await hall.app.inject('/wcp/health');
    expect(health.json()).toMatchObject({
      status: 'degraded',
      level: 'WCP-Basic',
      troubles: [{ code: 'STORE_FAILED' }],
    });
    await expect(hall.dispatch(request(-1, 40_000))).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    expect(executed).toHaveLength(ranWhenFull);

    rmSync(join(disk, 'filler'));
    const { decision, receipt } = await hall.dispatch(request(-2));
    expect(decision.outcome).toBe('DISPATCH');
    acknowledged.push(receipt.receipt_id);
    expect((await hall.app.inject('/wcp/health')).json()).toMatchObject({ status: 'ok' });
    await hall.close();

    const again = await createHall(options);
    const rows = await partsOf(again).storage.store.list('receipts', { limit: 100_000 });
    const receipts = rows.map((row) => JSON.parse(row.receipt));
    expect(verifyLog({ receipts, keys: { [key.keyId]: key.publicKey } }).findings).toEqual([]);
    const kept = new Set(receipts.map(({ receipt_id }) => receipt_id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    const outcomes = new Set(
      receipts.filter(({ kind }) => kind === 'outcome').map(({ decision_id }) => decision_id),
    );
    expect(executed.filter((id) => !outcomes.has(id))).toEqual([]);
    await again.close();
  },
);

test.runIf(isMounted)('A store on a disk that became read-only is refused in a plain sentence.', async () => {
  spawnSync('mount', ['-o', 'remount,ro', disk]);
  const { delivery } = countingWorker();
  const options = {
    file: join(disk, 'store.db'),
    key: generateSigningKey(),
    origin: ORIGIN,
    workers: [{ delivery }],
  };
  await expect(createHall(options)).rejects.toMatchObject({
    code: 'ERR_WCP_STORE',
    message: expect.stringMatching(/cannot be (written|opened)/),
  });
});
