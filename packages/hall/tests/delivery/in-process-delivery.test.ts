import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageHash } from '@wcp/evidence';
import type { WorkerResult } from '@wcp/spec';
import { expect, test } from 'vitest';
import { inProcessDelivery } from '../../src/delivery/in-process-delivery.ts';
import { record, worker } from './case-worker.ts';
import { describeDelivery } from './delivery.case.ts';
import { callOf, temporaryFolder } from './support.ts';

const answer_bytes = 100_000;

describeDelivery({
  name: 'a worker in this process',
  answer_bytes,
  cancelled: { status: 'error', code: null, result: { deny_reason: { code: 'WORKER_CANCELLED' } } },
  open: async () => ({
    delivery: inProcessDelivery(worker, { answer_bytes }),
    call: (request, members) => callOf(request, members),
  }),
});

test('Code that has changed since it was loaded is not what was decided about.', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'worker.mjs'), 'export {};\n');
  const delivery = inProcessDelivery(worker, { dir });
  const loaded = await packageHash(dir);
  expect(await delivery.observe()).toBe(loaded);
  expect(await delivery.deliver(callOf({ act: 'echo' }, { code_hash: loaded }))).toMatchObject({
    status: 'ok',
  });
  await appendFile(join(dir, 'worker.mjs'), '// changed\n');
  const changed = await delivery.observe();
  expect(changed).not.toBe(loaded);
  for (const code_hash of [changed, null]) {
    expect(await delivery.deliver(callOf({ act: 'echo' }, { code_hash }))).toMatchObject({
      code: 'DELIVERY_CODE_CHANGED',
    });
  }
});

test('Without a folder there is no hash to observe.', async () => {
  expect(await inProcessDelivery(worker).observe()).toBeNull();
});

const foreign = (execute: () => unknown) =>
  inProcessDelivery({ record, execute: execute as () => Promise<WorkerResult> }, { grace_ms: 20 });

test.each<[string, () => unknown, string]>([
  ['throws', () => JSON.parse('{'), 'DELIVERY_CRASHED'],
  ['rejects', () => Promise.reject(new Error('no')), 'DELIVERY_CRASHED'],
  ['answers nothing', () => undefined, 'DELIVERY_INVALID_RESULT'],
  ['answers junk', () => ({ status: 'fine' }), 'DELIVERY_INVALID_RESULT'],
  [
    'answers what is no JSON',
    () => ({ status: 'ok', result: 1n, telemetry: [], evidence: [], deny_reason: null }),
    'DELIVERY_INVALID_RESULT',
  ],
])('A worker built without the kit that %s gives no result.', async (_, execute, code) => {
  expect(await foreign(execute).deliver(callOf({}))).toMatchObject({ status: 'error', result: null, code });
});

test('A worker built without the kit that ignores its signal is given up after the grace period.', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const delivery = foreign(() => {
    setImmediate(() => controller.abort());
    return new Promise(() => {});
  });
  expect(await delivery.deliver(callOf({}, { signal }))).toMatchObject({
    status: 'unknown',
    code: 'DELIVERY_CANCELLED',
  });
});
