import type { WorkerResult } from '@wcp/spec';
import { expect, onTestFinished, test } from 'vitest';
import { createHallClient, type PulledCall, type PulledCallHandler, pullCalls } from '../src/index.ts';
import { HELD, inputFor, openPulled, type RealHall } from './support/real-hall.ts';

const GREETER = 'org.acme.greeter.one';
const resultOf = (result: unknown): WorkerResult => ({
  status: 'ok',
  result,
  telemetry: [],
  evidence: [],
  deny_reason: null,
});

/** Fetches calls until the test is over; `ended` says how that ended. */
function pulling(hall: RealHall, handler: PulledCallHandler, options: object = {}, client: object = {}) {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = pullCalls(hall.as('worker', client), { [GREETER]: handler }, { signal, ...options });
  onTestFinished(async () => {
    controller.abort();
    await ended.catch(() => {});
  });
  return { controller, ended };
}

const thereFor = async (hall: RealHall) => {
  const probe = () => hall.as('tenant').route(inputFor());
  await expect.poll(async () => (await probe()).outcome).toBe('DISPATCH');
};

test('Calls are carried out by a program that fetches them, with the permit and the context of the decision.', async () => {
  const hall = await openPulled();
  const got: PulledCall[] = [];
  pulling(hall, (call) => {
    got.push(call);
    return resultOf({ greeted: call.request });
  });
  await thereFor(hall);
  const { decision, result, outcome_receipt } = await hall.as('tenant').dispatch(inputFor());
  expect(result?.result).toEqual({ greeted: { name: 'Ada' } });
  expect(outcome_receipt?.outcome?.status).toBe('ok');
  expect(got).toMatchObject([{ worker_id: GREETER, context: { decision_id: decision.decision_id } }]);
  expect(got[0]?.permit).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
});

test('Without a program that fetches the calls, a dispatch is denied.', async () => {
  const hall = await openPulled();
  const { decision } = await hall.as('tenant').dispatch(inputFor());
  expect(decision).toMatchObject({ outcome: 'DENY', deny_code: 'DENY_NO_AVAILABLE_WORKER' });
});

test('A request that was held is carried out once, after its approval.', async () => {
  const hall = await openPulled();
  let runs = 0;
  pulling(hall, () => {
    runs += 1;
    return resultOf(runs);
  });
  await thereFor(hall);
  const { decision } = await hall.as('tenant').dispatch(inputFor({ capability_id: HELD }));
  const approval_id = decision.pending_approval_id as string;
  expect(runs).toBe(0);
  const resolved = await hall.as('steward').resolveApproval({ approval_id, resolution: 'approve' });
  expect(resolved.outcome_receipt?.outcome?.status).toBe('ok');
  expect(runs).toBe(1);
});

test('With a correlation id only the calls of that one are fetched.', async () => {
  const hall = await openPulled();
  const ran: string[] = [];
  const noting: PulledCallHandler = ({ context }) => {
    ran.push(context.correlation_id);
    return resultOf(context.correlation_id);
  };
  pulling(hall, noting, { correlation_id: 'mine' });
  await thereFor(hall);
  const other = hall.as('tenant').dispatch(inputFor({ correlation_id: 'of-another' }));
  const mine = await hall.as('tenant').dispatch(inputFor({ correlation_id: 'mine' }));
  expect(mine.result?.result).toBe('mine');
  expect(ran).toEqual(['mine']);
  pulling(hall, noting);
  expect((await other).result?.result).toBe('of-another');
});

test.each([
  ['throws', () => Promise.reject(new Error('a secret'))],
  ['gives what is not exact as JSON', () => resultOf(2 ** 60)],
])('A handler that %s fails its call, and the next one runs.', async (_, fail) => {
  const hall = await openPulled();
  const handlers = [fail, () => resultOf('fine')];
  pulling(hall, () => (handlers.shift() ?? fail)());
  await thereFor(hall);
  const first = await hall.as('tenant').dispatch(inputFor());
  expect(first.result).toMatchObject({ status: 'error', deny_reason: { code: 'WORKER_FAILED' } });
  expect(JSON.stringify(first)).not.toContain('a secret');
  expect((await hall.as('tenant').dispatch(inputFor())).result?.result).toBe('fine');
});

test('Pulling ends with its signal, and with a key that may not.', async () => {
  const hall = await openPulled();
  const { controller, ended } = pulling(hall, () => resultOf(null));
  controller.abort();
  expect(await ended).toBeUndefined();
  const stranger = createHallClient({ url: hall.url, key: hall.key('steward') });
  const { signal } = new AbortController();
  await expect(pullCalls(stranger, { [GREETER]: () => resultOf(null) }, { signal })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

test('A Hall that is busy for a moment costs no call: its renewal and its result are sent again.', async () => {
  const hall = await openPulled();
  const busy = new Set(['/renew', '/complete']);
  const fetching: typeof fetch = async (url, init) => {
    const act = [...busy].find((end) => String(url).endsWith(end));
    if (act === undefined) return fetch(url, init);
    busy.delete(act);
    const problem = {
      type: 'about:blank',
      title: 'Busy',
      status: 503,
      code: 'STORE_FAILED',
      detail: 'Busy.',
    };
    const headers = { 'content-type': 'application/problem+json' };
    return new Response(JSON.stringify(problem), { status: 503, headers });
  };
  let wasAborted = true;
  pulling(
    hall,
    async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      wasAborted = signal.aborted;
      return resultOf('done');
    },
    {},
    { fetch: fetching },
  );
  await thereFor(hall);
  const { result } = await hall.as('tenant').dispatch(inputFor());
  expect([result?.result, wasAborted, busy.size]).toEqual(['done', false, 0]);
});
