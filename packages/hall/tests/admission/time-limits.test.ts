import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineWorker } from '@wcp/worker-kit';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { AdmissionScheduler } from '../../src/admission/admission-scheduler.ts';
import type { Delivered, Delivery } from '../../src/delivery/delivery.ts';
import { inProcessDelivery } from '../../src/delivery/in-process-delivery.ts';
import { record } from '../delivery/case-worker.ts';
import { callOf, openPackage, soon, temporaryFolder } from '../delivery/support.ts';
import { answerOf, FakeDelivery, recordOf } from '../support/workers.ts';

const { worker_id } = record;
const limited = (concurrency: number) =>
  new AdmissionScheduler({ workers: new Map([[worker_id, { concurrency }]]) });

test('Of 48 calls that time out, running or waiting, none ends as unknown.', async () => {
  const worker = defineWorker({ record, input: z.object({}), run: () => new Promise(() => {}) });
  const delivery = inProcessDelivery(worker);
  onTestFinished(() => delivery.close());
  const scheduler = limited(4);
  const calls = Array.from({ length: 48 }, (_, n) =>
    scheduler.deliver(delivery, callOf({}, { timeout_ms: 20 + (n % 7) * 5 })),
  );
  const ends = await Promise.all(calls);
  expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 48 }, () => 'timeout'));
  const codes = new Set(ends.map(({ code }) => code));
  expect([...codes].toSorted()).toEqual(['DELIVERY_NO_TIME', 'DELIVERY_TIMEOUT']);
});

test('A call that has ended keeps its place until nothing of it runs any more, and its caller does not wait for that.', async () => {
  let leave: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const timedOut: Delivered = {
    status: 'timeout',
    result: null,
    code: 'DELIVERY_TIMEOUT',
    duration_ms: 1,
    gone,
  };
  const fake = new FakeDelivery(recordOf(worker_id));
  fake.answer = () =>
    fake.calls.length === 1 ? timedOut : { ...timedOut, status: 'ok', code: null, result: answerOf(1) };
  const scheduler = limited(1);
  expect(await scheduler.deliver(fake, callOf({}))).toMatchObject({ status: 'timeout' });
  const next = scheduler.deliver(fake, callOf({}));
  await soon(30);
  expect(fake.calls).toHaveLength(1);
  leave();
  expect(await next).toMatchObject({ status: 'ok' });
});

test('A worker in this process that does not stop keeps its place until it does.', async () => {
  let running = 0;
  let most = 0;
  const delivery = inProcessDelivery({
    record,
    async execute() {
      running += 1;
      most = Math.max(most, running);
      await soon(80);
      running -= 1;
      return answerOf(1);
    },
  });
  onTestFinished(() => delivery.close());
  const scheduler = limited(1);
  const deliver = (timeout_ms: number) => scheduler.deliver(delivery, callOf({}, { timeout_ms }));
  const [first, second] = await Promise.all([deliver(20), deliver(2_000)]);
  expect([first?.status, second?.status, most]).toEqual(['timeout', 'ok', 1]);
});

/** Notes for each call its own process, and whether one of an earlier call still lives; says that it timed out, and runs on. */
const PROGRAM = `
import { appendFileSync, readFileSync, writeSync } from 'node:fs';
const late = { status: 'error', result: null, telemetry: [], evidence: [], deny_reason: { code: 'WORKER_TIMEOUT', message: 'Late.' } };
const notes = process.env.NOTES;
const lives = (pid) => { try { return !/^State:\\s+Z/m.test(readFileSync('/proc/' + pid + '/status', 'utf8')); } catch { return false; } };
process.stdin.on('data', (line) => {
  const others = readFileSync(notes, { encoding: 'utf8', flag: 'a+' }).trim().split('\\n').map((line) => line.split(' ')[0]);
  const isAlone = others.every((pid) => pid === '' || pid === String(process.pid) || !lives(pid));
  appendFileSync(notes, process.pid + (isAlone ? ' alone' : ' beside another') + '\\n');
  writeSync(1, JSON.stringify({ id: JSON.parse(line).id, ...late }) + '\\n');
  for (;;);
});`;

test('With one process never two run at a time, also where an earlier one runs on after its answer.', async () => {
  const notes = join(await temporaryFolder(), 'notes');
  const limits = { processes: 1 };
  const { delivery, hash } = await openPackage(PROGRAM, { env: { NOTES: notes }, limits });
  const scheduler = limited(1);
  const deliver = (way: Delivery) =>
    scheduler.deliver(way, callOf({}, { code_hash: hash, timeout_ms: 5_000 }));
  const lines = () => readFileSync(notes, 'utf8').trim().split('\n');
  const ends: Delivered[] = [];
  for (let index = 0; index < 3; index += 1) ends.push(await deliver(delivery));
  expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 3 }, () => 'timeout'));
  expect(lines()).toHaveLength(3);
  expect(lines().filter((line) => !line.endsWith(' alone'))).toEqual([]);
});
