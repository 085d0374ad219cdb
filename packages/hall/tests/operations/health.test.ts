import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Containment } from '../../src/delivery/delivery.ts';
import { inputFor, ruleFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, CODE, FakeDelivery, hashOf, recordOf } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const health = async (person: 'admin' | 'nobody' = 'admin') => (await hall.get(person, '/wcp/health')).json;
const missing = async () => (await health()).missing.map(({ reason }: { reason: string }) => reason);
const codeOf = async () =>
  (await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'))).json.decision.deny_code;

describe('what is missing for a compliance level', () => {
  test('The tools for approvals over MCP are missing, unless the program around the Hall offers them.', async () => {
    await hall.hall.reload({ rules: [], config: { profile: 'prof.prod.strict' } });
    expect((await health()).level).toBe('WCP-Standard');
    expect(await missing()).toEqual([expect.stringContaining('WCP-9-5')]);
    await hall.close();
    hall = await TestHall.open({ offersApprovalTools: true });
    await hall.hall.reload({ rules: [], config: { profile: 'prof.prod.strict' } });
    expect([(await health()).level, await missing()]).toEqual(['WCP-Full', []]);
  });

  test.each([
    ['a list', [ruleFor(CAPABILITIES.gated, { policy_gate: true })]],
    ['an object', { rules: [ruleFor(CAPABILITIES.gated, { policy_gate: true })] }],
  ])('A policy gate is missing where a rule asks for one (rules as %s).', async (_what, rules) => {
    await hall.hall.reload({ rules });
    expect(await missing()).toContainEqual(expect.stringContaining('policy gate'));
    await hall.hall.reload({ rules: [ruleFor(CAPABILITIES.plain)] });
    expect(await missing()).not.toContainEqual(expect.stringContaining('policy gate'));
  });

  test('A policy gate that is configured is not reported as missing.', async () => {
    await hall.close();
    const policyGate = () => ({ decision: 'ALLOW', policy_version: 'p', reason: 'fine' }) as const;
    hall = await TestHall.open({ policyGate });
    expect(await missing()).not.toContainEqual(expect.stringContaining('policy gate'));
  });

  test('Where attestation is not required, health says that changed code would run.', async () => {
    expect(await missing()).not.toContainEqual(expect.stringContaining('changed code'));
    await hall.hall.reload({ config: {} });
    expect(await missing()).toContain('require_worker_attestation is off: changed code would run.');
  });
});

describe('a worker that this machine cannot hold to its envelope', () => {
  const message = 'bubblewrap (bwrap) is not on PATH. apt-get install bubblewrap';
  const openWith = async (
    state: Containment['state'],
    allowed_environments?: ('dev' | 'stage' | 'prod')[],
  ) => {
    await hall.close();
    const record = recordOf(ACME, { allowed_environments });
    const said = state === 'not_contained' ? message : null;
    const containment = () => ({ state, enforcement: null, message: said });
    const delivery = Object.assign(new FakeDelivery(record), { containment });
    hall = await TestHall.open({ workers: [{ delivery }] });
  };

  test('Where it would be refused, the health is degraded, names it with a key and says what to install; the log says so once.', async () => {
    await openWith('not_contained', ['dev', 'stage', 'prod']);
    const { status, troubles } = await health();
    expect([status, troubles]).toEqual([
      'degraded',
      [
        {
          code: 'WORKER_NOT_CONTAINED',
          message: `${ACME} gets no calls in stage, prod: this machine cannot hold it to its envelope. ${message}`,
        },
      ],
    ]);
    const told = (await health('nobody')).troubles;
    expect(told).toEqual([
      { code: 'WORKER_NOT_CONTAINED', message: expect.stringContaining('With a key this says which.') },
    ]);
    expect(JSON.stringify(told)).not.toContain(ACME);
    await health();
    expect(hall.logged.filter((line) => line.includes('cannot hold it to its envelope'))).toHaveLength(1);
  });

  test.each([['dev alone', 'dev'] as const, ['no list, which means dev', undefined] as const])(
    'A worker of %s is not refused anywhere, so that the health stays as it is.',
    async (_what, environments) => {
      await openWith('not_contained', environments && [environments]);
      expect((await health()).troubles).toEqual([]);
      expect(hall.logged.filter((line) => line.includes('envelope'))).toEqual([]);
    },
  );

  test.each([
    ['declared', true],
    ['not_contained', true],
    ['contained', false],
  ] as const)('WCP-Full lacks containment while a worker is %s: %s.', async (state, isMissing) => {
    await openWith(state, ['dev']);
    const reasons = (await missing()).filter((reason: string) =>
      reason.startsWith('Workers run uncontained'),
    );
    expect(reasons).toHaveLength(isMissing ? 1 : 0);
  });
});

describe('a flagged worker', () => {
  test('A flagged worker degrades the health, which names it to callers with a key, and is logged once.', async () => {
    expect((await health()).status).toBe('ok');
    hall.delivery.hash = hashOf('b');
    await codeOf();
    await codeOf();
    const { status, troubles } = await health();
    expect([status, troubles]).toEqual([
      'degraded',
      [
        {
          code: 'WORKER_FLAGGED',
          message: expect.stringContaining(`${ACME} is flagged with DENY_WORKER_TAMPERED`),
        },
      ],
    ]);
    expect(JSON.stringify(await health('nobody'))).not.toContain(ACME);
    expect((await health('nobody')).troubles).toMatchObject([{ code: 'WORKER_FLAGGED' }]);
    expect(hall.logged.filter((line) => line.includes('DENY_WORKER_TAMPERED'))).toHaveLength(1);
  });

  test('A flagged worker is logged again at the next start.', async () => {
    await hall.close();
    hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
    hall.delivery.hash = hashOf('b');
    await codeOf();
    hall.logged.length = 0;
    await hall.restart();
    expect(hall.logged).toEqual([
      expect.stringMatching(`^warn ${ACME} is flagged with DENY_WORKER_TAMPERED`),
    ]);
    expect((await health()).status).toBe('degraded');
  });

  test('A worker whose code could not be observed is healthy again once it is dispatched to.', async () => {
    hall.delivery.hash = null;
    await codeOf();
    expect((await health()).troubles).toMatchObject([{ code: 'WORKER_FLAGGED' }]);
    hall.delivery.hash = CODE;
    expect(await codeOf()).toBeNull();
    expect(await health()).toMatchObject({ status: 'ok', troubles: [] });
    expect((await hall.get('tenant', `/wcp/workers/${ACME}`)).json.worker.flag).toBeNull();
  });
});
