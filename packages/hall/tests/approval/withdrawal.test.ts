import { canonicalJson, sha256 } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isWithdrawn } from '../../src/approval/approval.ts';
import { type Answer, type Person, TestHall } from '../support/test-hall.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const withdraw = (person: Person, approval_id: string) =>
  hall.ask(person, 'DELETE', `/wcp/approvals/${approval_id}`);

describe('Whoever asked takes back what is held', () => {
  test('It counts as denied, with a receipt and an event of its own, and no steward is asked any more.', async () => {
    const { approval_id } = await hall.hold();
    const { status, json } = await withdraw('tenant', approval_id);
    expect(status).toBe(200);
    const { state, history } = json.approval;
    expect([state, isWithdrawn(json.approval)]).toEqual(['denied', true]);
    const [resolution] = history;
    expect(history).toEqual([
      { action: 'withdraw', by: expect.stringMatching(/^key:/), at: expect.any(String), reason: null },
    ]);
    expect(json.receipt).toMatchObject({
      kind: 'approval',
      policy_decision: 'DENY',
      decision_id: approval_id,
      artifact_hash: sha256(canonicalJson({ approval_id, resolution })),
    });
    expect((await hall.get('steward', '/wcp/approvals/pending')).json.items).toEqual([]);
    expect((await hall.events()).at(-1)).toMatchObject({
      event_id: 'org.wcp.hall.approval-resolved',
      approval_id,
      action: 'withdraw',
      state: 'denied',
    });
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A steward who comes later is told so, and nothing runs; nor is it taken back twice.', async () => {
    const { approval_id } = await hall.hold();
    await withdraw('tenant', approval_id);
    for (const resolution of ['approve', 'deny', 'escalate']) {
      const { status, json } = await hall.resolve('steward', approval_id, { resolution });
      expect([status, json.code]).toEqual([409, 'APPROVAL_RESOLVED']);
      expect(json.detail).toMatch(/It is denied: withdraw by key:/);
    }
    expect((await withdraw('tenant', approval_id)).json.code).toBe('APPROVAL_RESOLVED');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('What was approved is not taken back.', async () => {
    const { approval_id } = await hall.hold();
    await hall.resolve('steward', approval_id);
    const { status, json } = await withdraw('tenant', approval_id);
    expect([status, json.code]).toEqual([409, 'APPROVAL_RESOLVED']);
    expect((await hall.get('tenant', `/wcp/approvals/${approval_id}`)).json.state).toBe('approved');
  });

  test.each([
    ['withdraw', 0],
    ['approve', 1],
  ])(
    'Of two at the same time exactly one counts: the first is to %s, and the other waits for it.',
    async (action, runs) => {
      const { approval_id } = await hall.hold();
      const acts = [() => withdraw('tenant', approval_id), () => hall.resolve('steward', approval_id)];
      if (action === 'approve') acts.reverse();
      const { store } = hall.hall.parts.storage;
      const transact = store.transact as NonNullable<typeof store.transact>;
      const second = new Promise<Answer>((resolve) => {
        store.transact = async (work) => {
          store.transact = transact;
          // The first has the hold, and nothing of that is durable yet.
          resolve(acts[1]?.() as Promise<Answer>);
          return transact.call(store, work) as never;
        };
      });
      const first = await acts[0]?.();
      expect([first?.status, (await second).status, (await second).json.code]).toEqual([
        200,
        409,
        'APPROVAL_RESOLVED',
      ]);
      expect((await hall.hall.approval(approval_id))?.history).toMatchObject([{ action }]);
      expect(hall.delivery.calls).toHaveLength(runs);
    },
  );

  test('Another key of the tenant has not asked; another tenant does not even learn of it.', async () => {
    const { approval_id } = await hall.hold();
    const { keys } = hall.hall.identity;
    const other = await keys.create({ label: 'other', roles: ['tenant'], tenant_id: 'tenant-a' });
    hall.keys.set('other' as Person, other.key);
    const statuses = [];
    for (const person of ['other' as Person, 'steward', 'admin', 'foreigner', 'auditor', 'nobody'] as const) {
      statuses.push((await withdraw(person, approval_id)).status);
    }
    expect(statuses).toEqual([403, 403, 403, 404, 403, 401]);
    expect((await withdraw('tenant', 'nothing')).status).toBe(404);
    expect((await hall.resolve('steward', approval_id)).status).toBe(200);
  });

  test('A key that took the place of the one that asked takes it back; an expired hold is gone.', async () => {
    const [kept, late] = [await hall.hold(), await hall.hold()];
    const { items } = (await hall.get('admin', '/wcp/keys')).json;
    const { key_id } = items.find(({ label }: { label: string }) => label === 'tenant');
    const rotated = await hall.post('admin', `/wcp/keys/${key_id}/rotate`, { grace_seconds: 60 });
    hall.keys.set('tenant', rotated.json.key);
    expect((await withdraw('tenant', kept.approval_id)).status).toBe(200);
    hall.pass(7 * 86_400);
    const { status, json } = await withdraw('tenant', late.approval_id);
    expect([status, json.code]).toEqual([410, 'APPROVAL_EXPIRED']);
  });

  test('It waits on where the withdrawal could not be made durable.', async () => {
    const { approval_id } = await hall.hold();
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    store.transact = () => Promise.reject(new Error('the disk is full'));
    expect((await withdraw('tenant', approval_id)).status).toBe(500);
    store.transact = transact;
    expect((await hall.get('steward', '/wcp/approvals/pending')).json.items).toHaveLength(1);
    expect((await withdraw('tenant', approval_id)).status).toBe(200);
  });

  test('A program takes back what it asked for itself, and nobody else.', async () => {
    const { approval_id } = await hall.hold();
    await expect(hall.hall.withdraw(approval_id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { requested_by = [] } = (await hall.hall.approval(approval_id)) ?? {};
    const [by = ''] = requested_by;
    expect(await hall.hall.withdraw(approval_id, { by })).toMatchObject({
      state: 'denied',
      has_ended: false,
    });
  });

  test('Its place among the holds of the tenant is free again.', async () => {
    await hall.close();
    hall = await TestHall.open({ tenants: { holds: 1 } });
    const { approval_id } = await hall.hold();
    await expect(hall.hold()).rejects.toThrow('RATE_LIMITED');
    await withdraw('tenant', approval_id);
    await hall.hold();
  });
});
