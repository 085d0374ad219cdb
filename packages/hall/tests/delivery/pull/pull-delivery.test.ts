import { artifactHash } from '@wcp/spec';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
// The Hall depends on no client: this is the client itself, which fetches the calls.
// @boundaries-ignore the calls of these tests are fetched over HTTP
import { createHallClient, type HallClient, pullCalls } from '../../../../client/src/index.ts';
import { ChainedCallRegistry } from '../../../src/delivery/chained-call-registry.ts';
import { CallBoard } from '../../../src/delivery/pull/call-board.ts';
import { pullDelivery } from '../../../src/delivery/pull/pull-delivery.ts';
import { issuePermit } from '../../../src/dispatch/issue-permit.ts';
import { TestHall } from '../../support/test-hall.ts';
import { record, worker } from '../case-worker.ts';
import { describeDelivery } from '../delivery.case.ts';
import { callOf, resultOf, soon } from '../support.ts';

const answer_bytes = 100_000;
const { worker_id } = record;
const board = new CallBoard();
const chains = new ChainedCallRegistry();
let hall: TestHall;
let url: string;
let puller: HallClient;
let rival: HallClient;
let decisions = 0;

beforeAll(async () => {
  hall = await TestHall.open({ board, chains });
  url = await hall.hall.app.listen({ port: 0, host: '127.0.0.1' });
  puller = await clientOf('org.test');
  rival = await clientOf('org.rival');
});
afterAll(() => hall.close());

async function clientOf(authority: string): Promise<HallClient> {
  const made = await hall.hall.parts.identity.keys.create({ label: authority, roles: ['worker'], authority });
  return createHallClient({ url, key: made.key });
}

/** A delivery whose calls nobody fetches yet. */
function open(members: { readonly grace_ms?: number } = {}) {
  const delivery = pullDelivery({ record, board, chains, answer_bytes, ...members });
  onTestFinished(() => delivery.close());
  return delivery;
}

function permitted(request: unknown, members: Parameters<typeof callOf>[1] = {}) {
  const call = callOf(request, members);
  decisions += 1;
  const context = { ...call.context, decision_id: `decision-${decisions}` };
  const now = Date.now();
  const times = { issued_at: now, expires_at: now + 60_000 };
  const request_hash = hashOf(request);
  const permit = issuePermit(hall.signer, { issuer: 'hall.test/log', context, request_hash, ...times });
  return { ...call, context, permit };
}

function hashOf(request: unknown) {
  try {
    return artifactHash(request);
  } catch {
    return artifactHash();
  }
}

describe('with a program that fetches the calls', () => {
  let pulling: AbortController;
  let pulled: Promise<void>;
  afterEach(async () => {
    pulling.abort();
    await pulled;
    // Until the Hall has seen that those who waited have left, they get calls, for three seconds each.
    await soon(50);
  });

  describeDelivery({
    name: 'a worker that fetches its calls',
    answer_bytes,
    cancelled: { status: 'error', code: null, result: { deny_reason: { code: 'WORKER_CANCELLED' } } },
    async open() {
      const delivery = pullDelivery({ record, board, chains, answer_bytes });
      pulling = new AbortController();
      const { signal } = pulling;
      pulled = pullCalls(
        puller,
        {
          [worker_id]: ({ request, context, permit, signal: ended, dispatch }) =>
            worker.execute(request, context, { signal: ended, permit, dispatch }),
        },
        { signal, concurrency: 24, lease_ms: 5_000 },
      );
      await expect.poll(() => delivery.isAvailable?.()).toBe(true);
      return { delivery, call: permitted };
    },
  });
});

const claim = (client: HallClient, members: object = {}) =>
  client.claimCall({ worker_ids: [worker_id], wait_ms: 2_000, ...members });

/** Claims the next call and starts it. */
async function started(lease_ms = 30_000): Promise<string> {
  const { claimed } = await claim(puller);
  const claim_id = claimed?.claim_id as string;
  await puller.startCall({ claim_id, lease_ms });
  return claim_id;
}

test('A worker whose calls nobody asks for is not available, and a call to it runs nothing.', async () => {
  const quiet = new CallBoard();
  const delivery = pullDelivery({ record, board: quiet });
  expect(delivery.isAvailable?.()).toBe(false);
  expect(await delivery.deliver(callOf({ act: 'echo' }, { timeout_ms: 50 }))).toMatchObject({
    status: 'timeout',
    code: 'DELIVERY_NO_TIME',
  });
  await delivery.close();
});

test('A claim that is not renewed is lost, nobody else gets its call, and a late result is refused.', async () => {
  const delivery = open();
  const ending = delivery.deliver(permitted({ act: 'echo' }));
  const claim_id = await started(1_000);
  expect((await claim(puller, { wait_ms: 100 })).claimed).toBeNull();
  expect(await ending).toMatchObject({ status: 'unknown', code: 'DELIVERY_LOST', result: null });
  await expect(puller.completeCall({ claim_id, result: resultOf('late') })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect((await claim(puller, { wait_ms: 0 })).claimed).toBeNull();
});

test('A claim that is renewed is kept beyond its first lease, and completed once.', async () => {
  const delivery = open();
  const ending = delivery.deliver(permitted({ act: 'echo' }));
  const claim_id = await started(1_000);
  for (let n = 0; n < 3; n += 1) {
    await soon(500);
    expect(await puller.renewCall({ claim_id, lease_ms: 1_000 })).toMatchObject({ is_cancelled: false });
  }
  expect(await puller.completeCall({ claim_id, result: resultOf('done') })).toEqual({ delivery_code: null });
  await expect(puller.completeCall({ claim_id, result: resultOf('again') })).rejects.toMatchObject({
    status: 404,
  });
  expect(await ending).toMatchObject({ status: 'ok', result: { result: 'done' } });
});

test('Whoever has a call hears at once that it was called off.', async () => {
  const delivery = open({ grace_ms: 5_000 });
  const controller = new AbortController();
  const ending = delivery.deliver(permitted({ act: 'echo' }, { signal: controller.signal }));
  const claim_id = await started();
  const renewed = puller.renewCall({ claim_id, wait_ms: 30_000 });
  await soon(50);
  controller.abort();
  expect(await renewed).toMatchObject({ is_cancelled: true });
  await puller.completeCall({ claim_id, result: resultOf('as far as it came') });
  expect(await ending).toMatchObject({ status: 'ok' });
});

test.each([
  ['no result', { status: 'fine' }, 'DELIVERY_INVALID_RESULT'],
  ['a result that is too large', resultOf('x'.repeat(answer_bytes)), 'DELIVERY_ANSWER_TOO_LARGE'],
])(
  'A call that is completed with %s has run, and whoever completed it hears why.',
  async (_, result, code) => {
    const ending = open().deliver(permitted({ act: 'echo' }));
    const claim_id = await started();
    expect(await puller.completeCall({ claim_id, result })).toEqual({ delivery_code: code });
    expect(await ending).toMatchObject({ status: 'error', code, result: null });
  },
);

test('Only keys of the worker’s authority get its calls, renew or complete them.', async () => {
  const ending = open().deliver(permitted({ act: 'echo' }));
  await expect(claim(rival)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const held = (await claim(puller)).claimed?.claim_id as string;
  await expect(rival.startCall({ claim_id: held })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const claim_id = held;
  await puller.startCall({ claim_id });
  await expect(rival.renewCall({ claim_id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(rival.completeCall({ claim_id, result: resultOf('mine') })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await puller.completeCall({ claim_id, result: resultOf('yours') });
  expect(await ending).toMatchObject({ result: { result: 'yours' } });
});

test('A worker that does not fetch its calls is not found.', async () => {
  await expect(puller.claimCall({ worker_ids: ['org.test.other.one'], wait_ms: 0 })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('Who asks for one correlation gets its calls alone, and before who takes any.', async () => {
  const delivery = open();
  const any = claim(puller);
  const one = claim(puller, { correlation_id: 'session/1' });
  await soon(100);
  const { context } = callOf({});
  const correlated = { context: { ...context, correlation_id: 'session/1' } };
  const calls = [delivery.deliver(permitted({ n: 1 }, correlated)), delivery.deliver(permitted({ n: 2 }))];
  const [claimedAny, claimedOne] = await Promise.all([any, one]);
  expect(claimedOne.claimed).toMatchObject({ correlation_id: 'session/1' });
  expect(claimedAny.claimed?.correlation_id).not.toBe('session/1');
  for (const { claimed } of [claimedAny, claimedOne]) {
    const claim_id = claimed?.claim_id as string;
    await puller.startCall({ claim_id });
    await puller.completeCall({ claim_id, result: resultOf(null) });
  }
  await Promise.all(calls);
});

test('A caller that left while it waited gets no call.', async () => {
  const delivery = open();
  const left = new AbortController();
  const gone = puller.claimCall({ worker_ids: [worker_id] }, { signal: left.signal });
  await soon(100);
  left.abort();
  await expect(gone).rejects.toThrow();
  await soon(100);
  const ending = delivery.deliver(permitted({ act: 'echo' }));
  const claim_id = await started();
  await puller.completeCall({ claim_id, result: resultOf(1) });
  expect(await ending).toMatchObject({ status: 'ok' });
});

test('A claim that is not started goes to the next, and its name is worth nothing then.', async () => {
  const ending = open().deliver(permitted({ act: 'echo' }));
  const first = (await claim(puller)).claimed?.claim_id as string;
  await expect(puller.renewCall({ claim_id: first })).rejects.toMatchObject({ status: 404 });
  const early = puller.completeCall({ claim_id: first, result: resultOf(0) });
  await expect(early).rejects.toMatchObject({ status: 404 });
  const second = (await claim(puller, { wait_ms: 10_000 })).claimed?.claim_id as string;
  expect(second).not.toBe(first);
  await expect(puller.startCall({ claim_id: first })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await puller.startCall({ claim_id: second });
  await expect(puller.startCall({ claim_id: second })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await puller.completeCall({ claim_id: second, result: resultOf(2) });
  expect(await ending).toMatchObject({ result: { result: 2 } });
});
