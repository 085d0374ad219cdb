import { describe, expect, it } from 'vitest';
import { HELD, openTestHall, type TestHall } from '../../support/test-hall.ts';

const text = JSON.stringify;

/** Sends a request that is held, and returns the id of its approval. */
async function hold({ json }: TestHall, more: object = {}): Promise<string> {
  const { json: answer } = await json('tenant', ['dispatch', '-'], text({ ...HELD, ...more }));
  return answer.decision.pending_approval_id;
}

describe('approvals', () => {
  it('Approvals are listed and shown, and run once they are approved.', async () => {
    const test = await openTestHall();
    const { as, json } = test;
    expect((await as('steward', ['approvals', 'list'])).out).toBe('No approval is pending.\n');
    const id = await hold(test, { request: { say: 'approved work' } });
    expect((await as('steward', ['approvals', 'list'])).out).toContain(`${id}  gatekeeper  tenant-a`);
    const shown = await as('steward', ['approvals', 'show', id]);
    expect(shown.out).toContain('"say": "approved work"');
    const approved = await as('steward', ['approvals', 'approve', id, '--reason', 'seen']);
    expect(approved).toMatchObject({ code: 0, out: expect.stringContaining('approved work') });
    const { json: after } = await json('tenant', ['approvals', 'show', id]);
    expect(after).toMatchObject({ state: 'approved', history: [{ action: 'approve', reason: 'seen' }] });
  });

  it('Approvals are denied, or escalated to a level at which a human delivers the result.', async () => {
    const test = await openTestHall();
    const { as } = test;
    const [first, second] = [await hold(test), await hold(test, { correlation_id: 'c-2' })];
    expect((await as('steward', ['approvals', 'deny', first])).out).toMatch(/state +denied/);
    const raised = await as('steward', ['approvals', 'escalate', second, '--level', 'executor']);
    expect(raised).toMatchObject({
      code: 0,
      out: expect.stringContaining('pending at supervisor level executor'),
    });
    const without = await as('steward', ['approvals', 'approve', second]);
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining('MISSING_MEMBER: /result') });
    const done = await as('steward', ['approvals', 'approve', second, '--result', '-'], '{"by": "hand"}');
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('"by": "hand"') });
  });

  it('An approval command exits 1 if the approval is resolved or missing, or if the worker failed.', async () => {
    const test = await openTestHall();
    const { as } = test;
    const [first, second] = [await hold(test), await hold(test, { request: { fail: true } })];
    await as('steward', ['approvals', 'deny', first]);
    const again = await as('steward', ['approvals', 'approve', first]);
    expect(again.err).toContain('error APPROVAL_RESOLVED: ');
    const none = await as('steward', ['approvals', 'show', 'nothing']);
    const failed = await as('steward', ['approvals', 'approve', second]);
    expect(failed.out).toMatch(/outcome +error/);
    expect([again.code, none.code, failed.code]).toEqual([1, 1, 1]);
  });

  it('Where several stewards must approve, the first approval exits 1 and says that nothing has run.', async () => {
    const test = await openTestHall({ approvalDemands: [{ quorum: 2 }] });
    const { as } = test;
    const id = await hold(test);
    const first = await as('steward', ['approvals', 'approve', id]);
    expect(first).toMatchObject({
      code: 1,
      out: expect.stringContaining('1 of 2 stewards have approved; nothing has run'),
    });
    const shown = await as('steward', ['approvals', 'show', id]);
    expect(shown.out).toMatch(/needs +2 stewards/);
    const again = await as('steward', ['approvals', 'approve', id]);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('APPROVAL_COUNTED')]);
  });

  it('An approval command exits 1 with the deny code if the rules have changed in the meantime.', async () => {
    const test = await openTestHall();
    const id = await hold(test);
    await test.hall.reload({ rules: [] });
    const { code, err } = await test.as('steward', ['approvals', 'approve', id]);
    expect(err).toMatch(/^error DENY_[A-Z_]+: The request was decided again and is denied/);
    expect(code).toBe(1);
  });

  it('An approval command exits 2 for a tenant and for an unknown level.', async () => {
    const test = await openTestHall();
    const id = await hold(test);
    expect((await test.as('tenant', ['approvals', 'approve', id])).code).toBe(2);
    expect((await test.as('steward', ['approvals', 'escalate', id, '--level', 'king'])).code).toBe(2);
  });
});
