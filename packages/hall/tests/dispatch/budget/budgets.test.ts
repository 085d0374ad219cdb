import { join } from 'node:path';
import { compileWorld, decide } from '@wcp/router';
import type { RouteDecision } from '@wcp/spec';
import type { Budget } from '@wcp/spec/document';
import { afterEach, expect, test } from 'vitest';
import { CONFIG, inputFor } from '../../support/documents.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestHall, type TestHallOptions } from '../../support/test-hall.ts';
import { ACME, answerOf, CAPABILITIES } from '../../support/workers.ts';

/** A window that does not end while a test runs. */
const YEAR = 31_536_000;
const CALLS: Budget = { budget_id: 'b', scope: {}, unit: 'calls', limit: 2, window_seconds: YEAR };
const COST: Budget = { ...CALLS, unit: 'cost', limit: 10, reserve: 4 };

let hall: TestHall;
afterEach(() => hall.close());

const open = async (budgets: readonly Budget[], options: TestHallOptions = {}): Promise<TestHall> => {
  hall = await TestHall.open({
    config: { ...CONFIG, 'x.budgets': budgets },
    tenants: { concurrency: 1_000, waiting: 1_000 },
    ...options,
  });
  return hall;
};
const send = async (members: object = {}, tenant = 'tenant-a'): Promise<RouteDecision> => {
  const { decision } = await hall.hall.dispatch(inputFor(tenant, { ...members }));
  return decision;
};
const states = async () => (await hall.get('admin', '/wcp/budgets')).json.items;
const spent = async (): Promise<unknown> => (await states())[0].spent;
const reporting = (cost: unknown) => {
  hall.delivery.answer = () => ({
    status: 'ok',
    result: answerOf({}, { evidence: [{ 'x.cost': cost }] }),
    code: null,
    duration_ms: 1,
  });
};

test('Of 500 dispatches at once against a limit of 100 exactly 100 run, and the others say what is left.', async () => {
  await open([{ ...CALLS, limit: 100 }]);
  const decisions = await Promise.all(Array.from({ length: 500 }, () => send()));
  const denied = decisions.filter(({ outcome }) => outcome === 'DENY');
  expect(decisions.filter(({ outcome }) => outcome === 'DISPATCH')).toHaveLength(100);
  expect(hall.delivery.calls).toHaveLength(100);
  expect(denied).toHaveLength(400);
  for (const { deny_reason_if_denied } of denied) {
    expect(deny_reason_if_denied).toMatchObject({
      code: 'DENY_X_BUDGET_EXHAUSTED',
      'x.budgets': [{ budget_id: 'b', limit: 100, spent: 100, remaining: 0, needed: 1 }],
    });
  }
  expect(await spent()).toBe(100);
});

test("The answer to a dispatch says what is left of each of the tenant's budgets that limited it, and nothing of shared ones.", async () => {
  await open([
    { ...CALLS, scope: { tenant_id: '*' }, limit: 5 },
    { ...COST, scope: { tenant_id: 'tenant-a' }, budget_id: 'c' },
    { ...CALLS, budget_id: 'd', scope: { tenant_id: 'z' } },
    { ...CALLS, budget_id: 'shared' },
    { ...CALLS, budget_id: 'shared-by-capability', scope: { capability_id: '*' } },
  ]);
  reporting(3);
  const { json } = await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
  const ends_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  expect(json['x.budgets']).toEqual([
    { budget_id: 'b', unit: 'calls', limit: 5, remaining: 4, ends_at },
    { budget_id: 'c', unit: 'cost', limit: 10, remaining: 7, ends_at },
  ]);
});

test('What was spent is known after a restart.', async () => {
  await open([CALLS], { file: join(tempFolder(), 'hall.db') });
  await send();
  await send();
  await hall.restart();
  expect((await send()).deny_code).toBe('DENY_X_BUDGET_EXHAUSTED');
  expect(await spent()).toBe(2);
});

test('A new window begins at 0, and a clock that went back decides nothing.', async () => {
  await open([{ ...CALLS, window_seconds: 3600 }]);
  await send();
  await send();
  hall.pass(3600);
  expect((await send()).outcome).toBe('DISPATCH');
  hall.pass(-3600);
  await expect(send()).rejects.toMatchObject({ code: 'ERR_WCP_CLOCK' });
});

test('A route, a dry run, a denial and a hold spend nothing; the dispatch after an approval does.', async () => {
  await open([{ ...CALLS, limit: 1 }]);
  await hall.hall.route(inputFor('tenant-a'));
  await send({ dry_run: true });
  await send({ env: 'edge' });
  const { approval_id } = await hall.hold();
  expect(await spent()).toBe(0);
  await hall.resolve('steward', approval_id);
  expect(await spent()).toBe(1);
  expect(hall.delivery.calls).toHaveLength(1);
  expect((await hall.hall.route(inputFor('tenant-a'))).deny_code).toBe('DENY_X_BUDGET_EXHAUSTED');
});

test('An approval does not spend what is gone meanwhile.', async () => {
  await open([{ ...CALLS, limit: 1 }]);
  const { approval_id } = await hall.hold();
  await send();
  const { json } = await hall.resolve('steward', approval_id);
  expect(JSON.stringify(json)).toContain('DENY_X_BUDGET_EXHAUSTED');
  expect(hall.delivery.calls).toHaveLength(1);
});

test('Each tenant has an amount of its own under *, and a worker too.', async () => {
  await open([
    { ...CALLS, scope: { tenant_id: '*' }, limit: 1 },
    { ...CALLS, budget_id: 'w', scope: { worker_id: '*' }, limit: 2 },
  ]);
  expect((await send()).outcome).toBe('DISPATCH');
  expect((await send()).deny_reason_if_denied?.['x.budgets']).toMatchObject([{ budget_id: 'b' }]);
  expect((await send({}, 'tenant-b')).outcome).toBe('DISPATCH');
  expect((await send({}, 'tenant-c')).deny_reason_if_denied?.['x.budgets']).toMatchObject([
    { budget_id: 'w' },
  ]);
  expect(await states()).toMatchObject([
    { budget_id: 'b', tenant_id: 'tenant-a', worker_id: null, spent: 1, remaining: 0 },
    { budget_id: 'b', tenant_id: 'tenant-b', worker_id: null, spent: 1, remaining: 0 },
    { budget_id: 'w', tenant_id: null, worker_id: ACME, spent: 2, remaining: 0 },
  ]);
});

test('A budget in blast counts what each request adds.', async () => {
  await open([{ ...CALLS, unit: 'blast', limit: 7 }]);
  await send();
  await send({ blast_score: 5 });
  expect(await spent()).toBe(6);
  expect((await send({ blast_score: 2 })).deny_reason_if_denied?.['x.budgets']).toMatchObject([
    { spent: 6, remaining: 1, needed: 2 },
  ]);
});

test('What a worker reports takes the place of what was reserved, less or more.', async () => {
  await open([COST]);
  reporting(1);
  await send();
  expect(await spent()).toBe(1);
  reporting(25);
  await send();
  expect(await spent()).toBe(26);
  expect((await send()).deny_reason_if_denied?.['x.budgets']).toMatchObject([{ spent: 26, remaining: 0 }]);
  const settled = (await hall.events()).filter(({ event_id }) => event_id === 'org.wcp.hall.cost-settled');
  expect(settled).toMatchObject([
    { cost: 1, budget_ids: ['b'], worker_id: ACME },
    { cost: 25, budget_ids: ['b'], worker_id: ACME },
  ]);
});

test('The reservation stays without a report, with one that is no amount, and where no result came.', async () => {
  await open([{ ...COST, limit: 100 }]);
  await send();
  reporting(-3);
  await send();
  hall.delivery.answer = () => ({ status: 'unknown', result: null, code: 'DELIVERY_LOST', duration_ms: 1 });
  await send();
  expect(await spent()).toBe(12);
});

test('Reservations count while the calls run, so that calls at once stay within the limit.', async () => {
  await open([COST]);
  reporting(0);
  const decisions = await Promise.all(Array.from({ length: 20 }, () => send()));
  expect(decisions.filter(({ outcome }) => outcome === 'DISPATCH').length).toBeGreaterThanOrEqual(2);
  let running = 0;
  let most = 0;
  hall.delivery.answer = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return {
      status: 'ok',
      result: answerOf({}, { evidence: [{ 'x.cost': 0 }] }),
      code: null,
      duration_ms: 1,
    };
  };
  await Promise.all(Array.from({ length: 20 }, () => send()));
  expect(most).toBeLessThanOrEqual(2);
  expect(await spent()).toBe(0);
});

test('A decision that does not become durable spends nothing.', async () => {
  await open([CALLS]);
  const { journal } = hall.hall.parts;
  const append = journal.append.bind(journal);
  journal.append = () => Promise.reject(new Error('The disk is full.'));
  await expect(send()).rejects.toThrow('The disk is full.');
  journal.append = append;
  expect((await send()).outcome).toBe('DISPATCH');
  expect((await send()).outcome).toBe('DISPATCH');
  expect((await send()).outcome).toBe('DENY');
});

test('A report whose outcome cannot be stored does not count until it can.', async () => {
  await open([COST]);
  reporting(1);
  const { journal, ledger } = hall.hall.parts;
  const append = journal.append.bind(journal);
  let failures = 0;
  journal.append = (...entries) => {
    if (failures > 0 || !entries.some(({ evidence }) => evidence?.kind === 'outcome'))
      return append(...entries);
    failures += 1;
    return Promise.reject(new Error('The disk is full.'));
  };
  await expect(send()).rejects.toThrow('The disk is full.');
  expect(failures).toBe(1);
  expect(await spent()).toBe(4);
  await send();
  await expect.poll(spent).toBe(2);
  expect(await ledger.list(new Date().toISOString())).toMatchObject([{ spent: 2 }]);
});

test('A budget that is exhausted denies before the gate is asked, and one with room asks it.', async () => {
  let asked = 0;
  await open([CALLS], {
    policyGate: async () => {
      asked += 1;
      return { decision: 'ALLOW', policy_version: 'v', reason: '' };
    },
  });
  const gated = { capability_id: CAPABILITIES.gated };
  expect((await send(gated)).outcome).toBe('DISPATCH');
  expect((await send(gated)).outcome).toBe('DISPATCH');
  expect((await send(gated)).deny_code).toBe('DENY_X_BUDGET_EXHAUSTED');
  expect(asked).toBe(2);
  const decisions = await Promise.all(Array.from({ length: 20 }, () => send(gated)));
  expect(new Set(decisions.map(({ deny_code }) => deny_code))).toEqual(new Set(['DENY_X_BUDGET_EXHAUSTED']));
});

test('A chained dispatch spends as well.', async () => {
  await open([CALLS]);
  hall.delivery.answer = async (call) => {
    const { decision } = await (call.dispatch as NonNullable<typeof call.dispatch>)({
      capability_id: CAPABILITIES.advised,
      request: {},
    });
    return { status: 'ok', result: answerOf(decision.deny_code), code: null, duration_ms: 1 };
  };
  await send();
  expect(await spent()).toBe(2);
});

test('Every recorded decision is made again from its facts as it was.', async () => {
  await open([CALLS, { ...COST, budget_id: 'c', scope: { worker_id: '*' }, limit: 8 }]);
  reporting(5);
  for (let index = 0; index < 5; index += 1) await send();
  const { store } = hall.hall.parts.storage;
  const rows = await store.list('decisions');
  const documents = JSON.parse((await store.list('worlds')).at(-1)?.documents ?? '{}');
  const world = compileWorld({ ...documents, catalogVersion: documents.catalog_version });
  const codes = await Promise.all(
    rows.map(async ({ facts, observation, input, decision }) => {
      const shared = await store.get('observations', observation);
      const all = { ...JSON.parse(shared?.facts ?? '{}'), ...JSON.parse(facts ?? '{}') };
      expect(decide(world, all, JSON.parse(input ?? 'null'))).toEqual(JSON.parse(decision ?? '{}'));
      return JSON.parse(decision ?? '{}').deny_code;
    }),
  );
  expect(codes.filter((code) => code === null)).toHaveLength(1);
  expect(codes.filter((code) => code === 'DENY_X_BUDGET_EXHAUSTED')).toHaveLength(4);
});

test('Another limit keeps what was spent, and another length of the window begins anew.', async () => {
  await open([CALLS]);
  await send();
  await send();
  await hall.hall.reload({ config: { ...CONFIG, 'x.budgets': [{ ...CALLS, limit: 3 }] } });
  expect((await send()).outcome).toBe('DISPATCH');
  expect((await send()).outcome).toBe('DENY');
  await hall.hall.reload({ config: { ...CONFIG, 'x.budgets': [{ ...CALLS, window_seconds: YEAR - 1 }] } });
  expect((await send()).outcome).toBe('DISPATCH');
});

test('A Hall without budgets says so, and its facts name no amounts.', async () => {
  await open([]);
  await send();
  expect(await states()).toEqual([]);
  const [row] = await hall.hall.parts.storage.store.list('decisions');
  expect(row?.facts).not.toContain('x.spent');
});
