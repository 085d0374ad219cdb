import { join } from 'node:path';
import { canonicalJson, type Receipt, sha256 } from '@wcp/spec';
import { afterEach, describe, expect, test } from 'vitest';
import type { ApprovalDemand } from '../../../src/approval/demand/approval-demand.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Person, TestHall, type TestHallOptions } from '../../support/test-hall.ts';

let hall: TestHall;
afterEach(() => hall.close());

/** A Hall with three stewards more, and their ids. */
async function open(demand: ApprovalDemand, options: TestHallOptions = {}) {
  hall = await TestHall.open({ approvalDemands: [demand], ...options });
  const ids = { ada: '', ben: '', cem: '' };
  const { keys } = hall.hall.parts.identity;
  for (const name of ['ada', 'ben', 'cem'] as const) {
    const made = await keys.create({ label: name, roles: ['steward'] });
    hall.keys.set(name as Person, made.key);
    ids[name] = made.principal_id;
  }
  return ids;
}

const approve = (name: string, id: string, more: object = {}) =>
  hall.resolve(name as Person, id, { resolution: 'approve', ...more });
const receiptsOf = async (id: string): Promise<Receipt[]> =>
  (await hall.get('auditor', `/wcp/receipts?decision_id=${id}`)).json.items.map(
    ({ receipt }: { receipt: Receipt }) => receipt,
  );

describe('four eyes', () => {
  test('Two stewards must approve: the first leaves the hold pending and nothing runs, the second carries it out.', async () => {
    const { ben } = await open({ quorum: 2 });
    const { approval_id } = await hall.hold('held', { request: { what: 'one' } });
    const first = await approve('ada', approval_id, { reason: 'fine by me' });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({
      decision: null,
      outcome_receipt: null,
      approval: { state: 'pending' },
    });
    expect(hall.delivery.calls).toEqual([]);
    const second = await approve('ben', approval_id);
    expect(second.json.approval.state).toBe('approved');
    expect(hall.delivery.calls).toHaveLength(1);
    const { facts } = (await hall.get('auditor', `/wcp/decisions/${second.json.decision.decision_id}`)).json;
    expect(facts.approval.resolver).toBe(ben);
  });

  test('Each approval has a receipt of its own, which says how many there were and how many it takes.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    await approve('ada', approval_id);
    const { json } = await approve('ben', approval_id);
    const receipts = (await receiptsOf(approval_id)).filter(({ kind }) => kind === 'approval');
    const { history } = json.approval;
    expect(history.map(({ quorum }: { quorum: object }) => quorum)).toEqual([
      { count: 1, needed: 2 },
      { count: 2, needed: 2 },
    ]);
    expect(receipts.map(({ artifact_hash }) => artifact_hash)).toEqual(
      history.map((resolution: object) => sha256(canonicalJson({ approval_id, resolution }))),
    );
  });

  test('A steward counts once, whichever of its keys it uses, and whether it comes twice or at once.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    const key = hall.keys.get('ada' as Person)?.slice(4, 16) ?? '';
    const rotated = await hall.post('admin', `/wcp/keys/${key}/rotate`, { grace_seconds: 60 });
    hall.keys.set('ada again' as Person, rotated.json.key);
    const both = await Promise.all([approve('ada', approval_id), approve('ada again', approval_id)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const again = await approve('ada again', approval_id);
    expect([again.status, again.json.code]).toEqual([409, 'APPROVAL_COUNTED']);
    expect(again.json.detail).toContain('another steward');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('Two stewards who approve at once are both counted: nobody has to click again.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    const both = await Promise.all([approve('ada', approval_id), approve('ben', approval_id)]);
    expect(both.map(({ status, json }) => [status, json.approval.state])).toEqual([
      [200, 'pending'],
      [200, 'approved'],
    ]);
    expect(hall.delivery.calls).toHaveLength(1);
  });

  test('One denial ends it, however many have approved.', async () => {
    await open({ quorum: 3 });
    const { approval_id } = await hall.hold();
    await approve('ada', approval_id);
    await approve('ben', approval_id);
    const denied = await hall.resolve('cem' as Person, approval_id, { resolution: 'deny' });
    expect(denied.json.approval.state).toBe('denied');
    expect((await approve('steward', approval_id)).json.code).toBe('APPROVAL_RESOLVED');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('Whoever asked, or belongs to the tenant, is never counted.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    expect((await approve('both', approval_id)).json.code).toBe('APPROVAL_SELF');
    await approve('ada', approval_id);
    expect((await approve('both', approval_id)).json.code).toBe('APPROVAL_SELF');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A hold that has too few approvals when its time is over has expired.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    await approve('ada', approval_id);
    hall.pass(3600);
    expect((await approve('ben', approval_id)).json.code).toBe('APPROVAL_EXPIRED');
    expect((await hall.hall.approval(approval_id))?.state).toBe('expired');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('The approval of a steward whose key was revoked since counts no more.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    await approve('ada', approval_id);
    await hall.ask('admin', 'DELETE', `/wcp/keys/${hall.keys.get('ada' as Person)?.slice(4, 16)}`);
    expect((await approve('ben', approval_id)).json.approval.state).toBe('pending');
    expect(hall.delivery.calls).toEqual([]);
    expect((await approve('cem', approval_id)).json.approval.state).toBe('approved');
  });

  test('Only the stewards that are named count; everybody else may still deny.', async () => {
    const named: string[] = [];
    const ids = await open({ quorum: 2, stewards: named });
    named.push(ids.ada, ids.ben);
    const { approval_id } = await hall.hold();
    const refused = await approve('cem', approval_id);
    expect([refused.status, refused.json.code]).toEqual([403, 'FORBIDDEN']);
    expect(refused.json.detail).toContain(ids.ada);
    await approve('ada', approval_id);
    expect((await approve('ben', approval_id)).json.approval.state).toBe('approved');
    const other = await hall.hold();
    expect((await hall.resolve('cem' as Person, other.approval_id, { resolution: 'deny' })).status).toBe(200);
  });

  test('What was approved below a supervisor level does not count at it.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    await approve('ada', approval_id);
    await hall.post('steward', '/wcp/approvals/escalate', { approval_id, level: 'executor' });
    const one = await approve('ben', approval_id, { result: { done: 1 } });
    expect(one.json.approval.state).toBe('pending');
    const another = await approve('cem', approval_id, { result: { done: 2 } });
    expect([another.status, another.json.code]).toEqual([409, 'CONFLICT']);
    const same = await approve('cem', approval_id, { result: { done: 1 } });
    expect(same.json.approval.state).toBe('approved');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('An approval is still there after a restart, and so is what was demanded, whatever the configuration says then.', async () => {
    const demands: ApprovalDemand[] = [{ quorum: 2 }];
    const ids = await open({ quorum: 2 }, { file: join(tempFolder(), 'store.db'), approvalDemands: demands });
    const { approval_id } = await hall.hold();
    await approve('ada', approval_id);
    demands.length = 0;
    await hall.restart();
    const { json } = await hall.get('steward', `/wcp/approvals/${approval_id}`);
    expect(json).toMatchObject({ demanded: { quorum: 2 }, history: [{ by: ids.ada }] });
    expect((await approve('ada', approval_id)).json.code).toBe('APPROVAL_COUNTED');
    expect((await approve('ben', approval_id)).json.approval.state).toBe('approved');
  });

  test('A demand counts for the rule, capability, environment and tenant that it names, and for no other.', async () => {
    await open({ quorum: 2, rule_id: 'another-rule' });
    const { approval_id } = await hall.hold();
    expect((await approve('ada', approval_id)).json.approval.state).toBe('approved');
  });

  test('Every word of the demand that a hold has to meet is shown with it.', async () => {
    await open({ quorum: 2 });
    const { approval_id } = await hall.hold();
    const { json } = await hall.get('tenant', `/wcp/approvals/${approval_id}`);
    expect(json.demanded).toEqual({ quorum: 2, stewards: null, confirmation: null });
  });
});
