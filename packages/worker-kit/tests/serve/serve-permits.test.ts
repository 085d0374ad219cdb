import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerContext } from '@wcp/spec';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { testContext } from '../../src/testing/index.ts';
import { HALL, permitFor, STRANGER } from '../permit/permit-samples.ts';
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

/** Each way to serve a worker, asked once. */
const WAYS: readonly [string, (call: object, env: Record<string, string>) => Promise<unknown>][] = [
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

test.each(WAYS)('%s runs what the Hall permitted, once, and nothing else', async (_, ask) => {
  const call = newCall();
  const { permit: __, ...bare } = newCall();
  const wanted: [object, Record<string, string>, object][] = [
    [call, known(), { status: 'ok', result: { text: 'x' } }],
    [call, known(), { status: 'denied', deny_reason: { code: 'WORKER_PERMIT_REPLAYED' } }],
    [bare, known(), { status: 'denied', deny_reason: { code: 'WORKER_PERMIT_MISSING' } }],
    [{ ...bare, permit: null }, known(), { deny_reason: { code: 'WORKER_PERMIT_MISSING' } }],
    [{ ...bare, permit: 7 }, known(), { deny_reason: { code: 'WORKER_PERMIT_MALFORMED' } }],
    [
      newCall(),
      { ...known(), WCP_HALL_PUBLIC_KEY: STRANGER.publicKey },
      { deny_reason: { code: 'WORKER_PERMIT_SIGNATURE' } },
    ],
    [newCall(), {}, { deny_reason: { code: 'WORKER_PERMIT_NO_KEY' } }],
    [newCall({ env: 'dev' }), {}, { status: 'ok' }],
  ];
  const answers = await Promise.all(wanted.filter((_, n) => n !== 1).map(([sent, env]) => ask(sent, env)));
  const expected = wanted.filter((_, n) => n !== 1).map(([, , answer]) => answer);
  expect(answers).toMatchObject(expected);
  expect(await ask(call, known())).toMatchObject(wanted[1]?.[2] as object);
});

test('what is refused says what to set', async () => {
  const worker = startWorker(['--stdio']);
  worker.say(newCall());
  expect((await worker.hear()).deny_reason.message).toContain('WCP_HALL_PUBLIC_KEY');
});

test('several keys stand side by side', async () => {
  const worker = startWorker(['--stdio'], {
    ...known(),
    WCP_HALL_PUBLIC_KEY: ` ${STRANGER.publicKey}, ${HALL.publicKey} `,
  });
  worker.say(newCall());
  expect(await worker.hear()).toMatchObject({ status: 'ok' });
});

test.each(['x', HALL.publicKey.slice(1), `${HALL.publicKey},`, `${HALL.publicKey} ${STRANGER.publicKey}`])(
  'a key that is none ends the worker before it serves: %s',
  async (key) => {
    const worker = startWorker(['--stdio'], { WCP_HALL_PUBLIC_KEY: key });
    let words = '';
    worker.child.stderr.on('data', (text) => {
      words += text;
    });
    expect(await exitOf(worker)).toBe(2);
    expect(words).toMatch(/^WCP_HALL_PUBLIC_KEY is 64 hexadecimal digits/);
    expect(await exitOf(startWorker(['--record'], { WCP_HALL_PUBLIC_KEY: key }))).toBe(0);
  },
);
