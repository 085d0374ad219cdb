import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerContext } from '@wcp/spec';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readHallKeys } from '../../src/permit/verify-permit.ts';
import { testContext } from '../../src/testing/index.ts';
import { claimsFor, HALL, permitFor, STRANGER, signPermit } from '../permit/permit-samples.ts';
import { exitOf, startHttp, startWorker } from './served-program.ts';

const request = { act: 'echo', text: 'x' };
let dir: string;
let decisions = 0;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wcp-permits-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
});

function newCall(members: Partial<WorkerContext> = {}) {
  decisions += 1;
  const context = testContext({ env: 'stage', decision_id: `decision-${decisions}`, ...members });
  return { context, request, permit: permitFor(context, request) };
}

const known = () => ({ WCP_HALL_PUBLIC_KEY: HALL.publicKey, WCP_PERMIT_STORE: dir });

/** Each run mode, with one call. */
const RUN_MODES: readonly [string, (call: object, env: Record<string, string>) => Promise<unknown>][] = [
  ['one argument', async (call, env) => startWorker([JSON.stringify(call)], env).hear()],
  [
    '--stdio',
    async (call, env) => {
      const worker = startWorker(['--stdio'], env);
      worker.say(call);
      return worker.hear();
    },
  ],
  [
    '--http',
    async (call, env) => {
      const { url } = await startHttp(env);
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${url}/run`, { method: 'POST', headers, body: JSON.stringify(call) });
      expect(response.status).toBe(200);
      return response.json();
    },
  ],
];

test.each(RUN_MODES)('With %s a worker runs what is permitted, once, and nothing else.', async (_, send) => {
  const call = newCall();
  const { permit: _permit, ...bare } = newCall();
  const answers = await Promise.all([send(call, known()), send(bare, known()), send(newCall(), {})]);
  expect(answers).toMatchObject([
    { status: 'ok', result: { text: 'x' } },
    { status: 'denied', deny_reason: { code: 'WORKER_PERMIT_MISSING' } },
    { status: 'denied', deny_reason: { code: 'WORKER_PERMIT_NO_KEY' } },
  ]);
  expect(await send(call, known())).toMatchObject({ deny_reason: { code: 'WORKER_PERMIT_REPLAYED' } });
});

test('An invalid permit is denied, and the next call is served.', async () => {
  const worker = startWorker(['--stdio'], known());
  const { permit: _permit, ...bare } = newCall();
  const stranger = signPermit(claimsFor(bare.context, request), { key: STRANGER });
  const codes = {
    WORKER_PERMIT_MISSING: null,
    WORKER_PERMIT_MALFORMED: 7,
    WORKER_PERMIT_SIGNATURE: stranger,
  };
  for (const [code, permit] of Object.entries(codes)) {
    worker.say({ ...bare, permit });
    expect(await worker.hear()).toMatchObject({ status: 'denied', deny_reason: { code } });
  }
  worker.say(newCall());
  expect(await worker.hear()).toMatchObject({ status: 'ok' });
});

test('Without a key, dev runs, and a denial says what to set.', async () => {
  const worker = startWorker(['--stdio']);
  worker.say(newCall({ env: 'dev' }));
  expect(await worker.hear()).toMatchObject({ status: 'ok' });
  worker.say(newCall());
  expect((await worker.hear()).deny_reason.message).toContain('WCP_HALL_PUBLIC_KEY');
});

test('Several keys are valid at the same time.', async () => {
  const keys = ` ${STRANGER.publicKey}, ${HALL.publicKey} `;
  const worker = startWorker(['--stdio'], { ...known(), WCP_HALL_PUBLIC_KEY: keys });
  worker.say(newCall());
  expect(await worker.hear()).toMatchObject({ status: 'ok' });
});

test('A malformed key ends the worker before it serves, but not --record.', async () => {
  const env = { WCP_HALL_PUBLIC_KEY: `${HALL.publicKey},` };
  const worker = startWorker(['--stdio'], env);
  let stderr = '';
  worker.child.stderr.on('data', (text) => {
    stderr += text;
  });
  expect(await exitOf(worker)).toBe(2);
  expect(stderr).toMatch(/^WCP_HALL_PUBLIC_KEY must be 64 hexadecimal digits/);
  expect(await exitOf(startWorker(['--record'], env))).toBe(0);
});

test.each(['x', HALL.publicKey.slice(1), `${HALL.publicKey},`, `${HALL.publicKey} ${STRANGER.publicKey}`])(
  'The text %s is not a list of keys.',
  (text) => {
    expect(readHallKeys(text)).toBeNull();
  },
);
