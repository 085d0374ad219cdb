import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor, ruleFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, CODE, hashOf } from '../support/workers.ts';

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
