import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type WorkerContext } from '@wcp/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { permitGate } from '../../src/permit/permit-gate.ts';
import { testContext } from '../../src/testing/index.ts';
import { workerThat } from '../samples.ts';
import { claimsFor, HALL, permitFor, STRANGER, signPermit } from './permit-samples.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wcp-permits-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

let decisions = 0;
const newContext = (members: Partial<WorkerContext> = {}) => {
  decisions += 1;
  return testContext({ env: 'prod', decision_id: `decision-${decisions}`, ...members });
};
const request = { text: 'x' };
const gate = (hallKeys = [HALL.publicKey], permitStore: string | null = dir) =>
  permitGate({ hallKeys, permitStore }, systemClock);
const call = (context: WorkerContext, permit: unknown, asked: unknown = request) => ({
  context,
  permit,
  requestText: canonicalJson(asked),
});

test('A call with its permit is admitted in every environment.', async () => {
  for (const env of ['dev', 'stage', 'prod', 'edge'] as const) {
    const context = newContext({ env });
    expect(await gate()(call(context, permitFor(context, request)))).toBeNull();
  }
});

test('Where a Hall is known, every call needs a permit, even in dev: it is the caller who says that it is dev.', async () => {
  for (const env of ['dev', 'prod'] as const) {
    expect(await gate()(call(newContext({ env }), undefined))).toBe('WORKER_PERMIT_MISSING');
  }
});

test('Where no Hall is known, only dev is admitted.', async () => {
  expect(await gate([])(call(newContext({ env: 'dev' }), undefined))).toBeNull();
  for (const env of ['stage', 'prod', 'edge'] as const) {
    const context = newContext({ env });
    expect(await gate([])(call(context, permitFor(context, request)))).toBe('WORKER_PERMIT_NO_KEY');
  }
});

test('A permit is for one worker, one request and one context.', async () => {
  const context = newContext();
  const other = newContext({ worker_id: 'org.test.worker.two' });
  expect(await gate()(call(context, permitFor(other, request)))).toBe('WORKER_PERMIT_WRONG_WORKER');
  expect(await gate()(call(context, permitFor(context, { text: 'y' })))).toBe('WORKER_PERMIT_WRONG_REQUEST');
  expect(await gate()(call(context, permitFor(context, request)))).toBeNull();
});

test.each<[string, Partial<WorkerContext>]>([
  ['decision', { decision_id: 'another' }],
  ['tenant', { tenant_id: 'another' }],
  ['environment', { env: 'dev' }],
  ['capability', { capability_id: 'cap.doc.hash' }],
  ['data label', { data_label: 'RESTRICTED' }],
  ['correlation', { correlation_id: 'another' }],
  ['QoS class', { qos_class: 'P0' }],
  ['policy version', { policy_version: 'policy.v9' }],
  ['deadline', { deadline: '2999-01-01T00:00:00Z' }],
])('A context with another %s is another context.', async (_, members) => {
  const context = newContext();
  expect(await gate()(call({ ...context, ...members }, permitFor(context, request)))).toBe(
    'WORKER_PERMIT_WRONG_CONTEXT',
  );
});

test('Every claim about the context is checked, not only its hash.', async () => {
  const context = newContext();
  for (const name of ['jti', 'tenant_id', 'env', 'capability_id', 'context_hash'] as const) {
    const permit = permitFor(context, request, { [name]: 'another' });
    expect(await gate()(call(context, permit))).toBe('WORKER_PERMIT_WRONG_CONTEXT');
  }
});

test('A permit is valid once, even after a restart.', async () => {
  const context = newContext();
  const permit = permitFor(context, request);
  const open = gate();
  expect(await open(call(context, permit))).toBeNull();
  expect(await open(call(context, permit))).toBe('WORKER_PERMIT_REPLAYED');
  expect(await gate()(call(context, permit))).toBe('WORKER_PERMIT_REPLAYED');
  // A permit that says the same in other words is the same.
  expect(
    await gate()(call(context, permitFor(context, request, { exp: Math.floor(Date.now() / 1000) + 3_000 }))),
  ).toBe('WORKER_PERMIT_REPLAYED');
});

test('A permit for another attempt is another permit, and each is valid once.', async () => {
  const context = newContext();
  for (const attempt of [0, 1, 2]) {
    const permit = permitFor(context, request, { attempt });
    expect(await gate()(call(context, permit))).toBeNull();
    expect(await gate()(call(context, permit))).toBe('WORKER_PERMIT_REPLAYED');
  }
});

test('In process, a worker requires a permit if its options say so.', async () => {
  const permits = { hallKeys: [HALL.publicKey], permitStore: dir };
  const worker = workerThat(() => 'done', {}, { permits });
  const context = newContext({ env: 'stage' });
  const permit = permitFor(context, request);
  expect(await worker.execute(request, context)).toMatchObject({
    status: 'denied',
    deny_reason: { code: 'WORKER_PERMIT_MISSING' },
    evidence: [{ correlation_id: context.correlation_id }],
  });
  expect(await worker.execute(request, context, { permit })).toMatchObject({ status: 'ok', result: 'done' });
  expect(await worker.execute(request, context, { permit })).toMatchObject({
    deny_reason: { code: 'WORKER_PERMIT_REPLAYED' },
  });
  expect(await workerThat(() => 'done').execute(request, context)).toMatchObject({ status: 'ok' });
});

test('A call that cannot run for another reason does not use up its permit.', async () => {
  const permits = { hallKeys: [HALL.publicKey], permitStore: dir };
  const worker = workerThat(() => 'done', {}, { permits });
  const context = newContext({ env: 'stage' });
  const permit = permitFor(context, request);
  const signal = AbortSignal.abort();
  expect(await worker.execute(request, context, { permit, signal })).toMatchObject({
    deny_reason: { code: 'WORKER_CANCELLED' },
  });
  expect(await worker.execute(request, context, { permit })).toMatchObject({ status: 'ok' });
});

test('Without a folder, a permit is valid once, unless it may be older than the process.', async () => {
  const open = gate([HALL.publicKey], null);
  const started = Math.floor(performance.timeOrigin / 1000);
  const old = newContext();
  expect(await open(call(old, permitFor(old, request, { iat: started })))).toBe('WORKER_PERMIT_REPLAYED');
  const context = newContext();
  const permit = permitFor(context, request, { iat: started + 1 });
  expect(await open(call(context, permit))).toBeNull();
  expect(await open(call(context, permit))).toBe('WORKER_PERMIT_REPLAYED');
});

test('If the use of a permit cannot be recorded, nothing runs.', async () => {
  const context = newContext();
  for (const store of ['/dev/null/permits', '/proc/permits', join(dir, 'no/permits')]) {
    expect(await gate([HALL.publicKey], store)(call(context, permitFor(context, request)))).toBe(
      'WORKER_PERMIT_STORE_FAILED',
    );
  }
});

test('A refused permit is not used up.', async () => {
  const context = newContext();
  const permit = permitFor(context, request);
  expect(await gate()(call(context, permit, { text: 'y' }))).toBe('WORKER_PERMIT_WRONG_REQUEST');
  expect(await gate()(call(context, permit))).toBeNull();
});

test('A key that nobody knows is asked for, and counts once it is known; the old one no longer does.', async () => {
  let asked = 0;
  let known: readonly string[] | null = null;
  const followKeys = async () => {
    asked += 1;
    return known;
  };
  const admit = permitGate({ hallKeys: [HALL.publicKey], permitStore: null, followKeys }, systemClock);
  const [one, two, three] = [newContext(), newContext(), newContext()];
  const byStranger = (context: WorkerContext) => signPermit(claimsFor(context, request), { key: STRANGER });
  expect(await admit(call(one, permitFor(one, request)))).toBeNull();
  expect(asked).toBe(0);
  expect(await admit(call(two, byStranger(two)))).toBe('WORKER_PERMIT_SIGNATURE');
  known = [STRANGER.publicKey];
  expect(await admit(call(two, byStranger(two)))).toBeNull();
  expect(asked).toBe(2);
  expect(await admit(call(three, permitFor(three, request)))).toBe('WORKER_PERMIT_SIGNATURE');
});
