import { canonicalJson, sha256 } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApprovalNotice } from '../../src/approval/notification/approval-notice.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
let told: ApprovalNotice[];
beforeEach(async () => {
  told = [];
  hall = await TestHall.open({ notify: { callbacks: [(notice) => void told.push(notice)] } });
});
afterEach(() => hall.close());

const noticesOf = () => told.map(({ kind, approval }) => `${kind} ${approval.level} ${approval.state}`);
const ask = (capability: keyof typeof CAPABILITIES, members = {}) =>
  hall.post(
    'tenant',
    '/wcp/dispatch',
    inputFor('tenant-a', { capability_id: CAPABILITIES[capability], ...members }),
  );
const frozen = async () =>
  (await hall.get('steward', '/wcp/freezes')).json.items.map(({ value }: { value: string }) => value);

describe('advisory', () => {
  test('The dispatch proceeds, and a human is notified.', async () => {
    const { status, json } = await ask('advised');
    expect([status, json.decision.outcome]).toEqual([200, 'DISPATCH']);
    expect(json.decision).toMatchObject({ supervisor_required: true, supervisor_level: 'advisory' });
    expect(hall.delivery.calls).toHaveLength(1);
    await Promise.resolve();
    expect(noticesOf()).toEqual(['advised advisory advised']);
    expect((await hall.get('steward', '/wcp/approvals/pending')).json.items).toEqual([]);
  });

  test('An advisory dispatch leaves nothing to approve or refuse.', async () => {
    const { json } = await ask('advised');
    for (const resolution of ['approve', 'deny', 'escalate']) {
      const answer = await hall.resolve('steward', json.decision.decision_id, { resolution });
      expect([answer.status, answer.json.code]).toEqual([409, 'APPROVAL_RESOLVED']);
    }
    expect(hall.delivery.calls).toHaveLength(1);
  });
});

describe('gatekeeper', () => {
  test('A held request waits, notifies a human, and notifies again when it is resolved.', async () => {
    const { approval_id } = await hall.hold('held');
    await hall.resolve('steward', approval_id);
    expect(noticesOf()).toEqual(['pending gatekeeper pending', 'resolved gatekeeper approved']);
  });

  test('A human is also notified of what expired and of what became void.', async () => {
    await hall.hold('held');
    hall.pass(901);
    await hall.hall.parts.approvalService.expire();
    const { approval_id } = await hall.hold('held');
    await hall.hall.reload({ rules: [] });
    await hall.resolve('steward', approval_id);
    expect(noticesOf()).toEqual([
      'pending gatekeeper pending',
      'resolved gatekeeper expired',
      'pending gatekeeper pending',
      'resolved gatekeeper stale',
    ]);
  });
});

describe('executor', () => {
  test('A human does the work instead of the worker, and submits the result.', async () => {
    const { approval_id, decision } = await hall.hold('executed');
    const result = { done: 'by hand', lines: [1, 2] };
    const { status, json } = await hall.resolve('steward', approval_id, { resolution: 'approve', result });
    expect([status, json.decision, json.approval.state]).toEqual([200, null, 'approved']);
    expect(json.outcome_receipt).toMatchObject({
      kind: 'outcome',
      decision_id: approval_id,
      policy_decision: 'REQUIRE_HUMAN',
      outcome: { status: 'ok', result_hash: sha256(canonicalJson(result)), duration_ms: null },
    });
    expect(hall.delivery.calls).toEqual([]);
    const seen = await hall.get('tenant', `/wcp/approvals/${approval_id}`);
    expect(seen.json.result).toEqual(result);
    expect((await hall.get('tenant', `/wcp/decisions/${decision.decision_id}`)).json.result).toEqual(result);
  });

  test('Without a result nothing is approved, and the request stays on hold.', async () => {
    const { approval_id } = await hall.hold('executed');
    const { status, json } = await hall.resolve('steward', approval_id);
    expect([status, json.findings[0]]).toEqual([
      400,
      expect.objectContaining({ path: '/result', code: 'MISSING_MEMBER' }),
    ]);
    const answer = await hall.resolve('steward', approval_id, { resolution: 'approve', result: null });
    expect(answer.status).toBe(200);
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A request for an executor can be refused.', async () => {
    const { approval_id } = await hall.hold('executed');
    expect((await hall.resolve('steward', approval_id, { resolution: 'deny' })).json.approval.state).toBe(
      'denied',
    );
  });
});

describe('incident_commander', () => {
  test('A human takes over: the correlation is frozen until it is released.', async () => {
    const { decision } = await hall.hold('incident');
    const { correlation_id } = decision;
    expect(await frozen()).toEqual([correlation_id]);
    const foreign = await hall.post('foreigner', '/wcp/dispatch', inputFor('tenant-b', { correlation_id }));
    expect(foreign.json.decision.deny_code).toBeNull();
    for (const capability of ['plain', 'held', 'incident'] as const) {
      const { status, json } = await ask(capability, { correlation_id });
      expect([status, json.decision.deny_code]).toEqual([403, 'DENY_FROZEN']);
    }
    expect((await ask('plain')).status).toBe(200);
    const release = { scope: 'correlation', value: correlation_id, tenant_id: 'tenant-a' };
    expect((await hall.post('tenant', '/wcp/release', release)).status).toBe(403);
    expect((await hall.post('steward', '/wcp/release', release)).status).toBe(200);
    expect((await ask('plain', { correlation_id })).status).toBe(200);
    expect((await hall.post('steward', '/wcp/release', release)).json.code).toBe('NOT_FOUND');
  });

  test('The incident commander submits what was done while everything else is frozen, and that releases nothing.', async () => {
    const { approval_id, decision } = await hall.hold('incident');
    const { status, json } = await hall.resolve('steward', approval_id, {
      resolution: 'approve',
      result: { contained: true },
    });
    expect([status, json.approval?.state]).toEqual([200, 'approved']);
    expect(json.outcome_receipt.outcome.status).toBe('ok');
    expect(await frozen()).toEqual([decision.correlation_id]);
    expect(hall.delivery.calls).toEqual([]);
  });

  test('An incident commander cannot get around a wider freeze.', async () => {
    const { approval_id } = await hall.hold('incident');
    await hall.post('admin', '/wcp/freeze', { scope: 'hall', reason: 'stop' });
    const { json } = await hall.resolve('steward', approval_id, { resolution: 'approve', result: 1 });
    expect(json.code).toBe('DENY_FROZEN');
  });

  test('After a refusal or an expiry the freeze stays: only a release ends it.', async () => {
    const first = await hall.hold('incident');
    await hall.resolve('steward', first.approval_id, { resolution: 'deny' });
    const second = await hall.hold('incident');
    hall.pass(901);
    await hall.hall.parts.approvalService.expire();
    expect(await frozen()).toEqual([first, second].map(({ decision }) => decision.correlation_id));
  });

  test('A freeze that did not become durable is not in force, and an earlier one stays.', async () => {
    const { approval_id, decision } = await hall.hold('held');
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    const escalation = { approval_id, level: 'incident_commander' };
    store.transact = () => Promise.reject(new Error('the disk is full'));
    await hall.post('steward', '/wcp/approvals/escalate', escalation);
    expect(hall.hall.parts.freezes.list()).toEqual([]);
    store.transact = transact;
    const { correlation_id, tenant_id } = decision;
    const earlier = { scope: 'correlation', value: correlation_id, tenant_id, reason: 'mine' };
    await hall.post('steward', '/wcp/freeze', earlier);
    store.transact = () => Promise.reject(new Error('the disk is full'));
    await hall.post('steward', '/wcp/approvals/escalate', escalation);
    store.transact = transact;
    expect(hall.hall.parts.freezes.list()).toMatchObject([{ reason: 'mine' }]);
  });
});

describe('escalation', () => {
  test('An escalation goes up one level at a time, and notifies a human each time.', async () => {
    const { approval_id, decision } = await hall.hold('held');
    const levels: string[] = [];
    for (const route of ['escalate', 'resolve', 'escalate']) {
      const body = route === 'resolve' ? { approval_id, resolution: 'escalate' } : { approval_id };
      const { status, json } = await hall.post('steward', `/wcp/approvals/${route}`, body);
      levels.push(status === 200 ? json.approval.level : json.code);
    }
    expect(levels).toEqual(['executor', 'incident_commander', 'CONFLICT']);
    expect(noticesOf()).toEqual([
      'pending gatekeeper pending',
      'pending executor pending',
      'pending incident_commander pending',
    ]);
    expect(await frozen()).toEqual([decision.correlation_id]);
    const { json } = await hall.get('steward', `/wcp/approvals/${approval_id}`);
    expect(json.history.map(({ from_level }: { from_level: string }) => from_level)).toEqual([
      'gatekeeper',
      'executor',
    ]);
  });

  test('An escalation goes to a level that is named, and never down or nowhere.', async () => {
    const { approval_id } = await hall.hold('executed');
    for (const level of ['advisory', 'gatekeeper', 'executor']) {
      const { status, json } = await hall.post('steward', '/wcp/approvals/escalate', { approval_id, level });
      expect([status, json.code]).toEqual([409, 'CONFLICT']);
    }
    const level = 'incident_commander';
    const { json } = await hall.post('steward', '/wcp/approvals/escalate', { approval_id, level });
    expect(json.approval.level).toBe('incident_commander');
  });

  test('After an escalation from gatekeeper to executor a human does the work.', async () => {
    const { approval_id } = await hall.hold('held');
    await hall.post('steward', '/wcp/approvals/escalate', { approval_id, reason: 'too hot' });
    expect((await hall.resolve('steward', approval_id)).status).toBe(400);
    const answer = await hall.resolve('steward', approval_id, { resolution: 'approve', result: 'done' });
    expect([answer.status, answer.json.approval.result]).toEqual([200, 'done']);
    expect(hall.delivery.calls).toEqual([]);
  });

  test('An escalation leaves a receipt of its own, and does not extend the time to live.', async () => {
    const { approval_id } = await hall.hold('held');
    hall.pass(800);
    const { json } = await hall.post('steward', '/wcp/approvals/escalate', { approval_id });
    expect(json.receipt).toMatchObject({ kind: 'approval', policy_decision: 'REQUIRE_HUMAN' });
    hall.pass(101);
    const late = await hall.resolve('steward', approval_id, { resolution: 'approve', result: 1 });
    expect(late.json.code).toBe('APPROVAL_EXPIRED');
  });
});

describe('a callback', () => {
  test('A callback that throws, rejects or never answers changes nothing.', async () => {
    const odd = await TestHall.open({
      notify: {
        callbacks: [
          () => {
            throw new Error('thrown');
          },
          () => Promise.reject(new Error('rejected')),
          () => new Promise(() => {}),
        ],
      },
    });
    const { approval_id } = await odd.hold();
    expect((await odd.resolve('steward', approval_id)).status).toBe(200);
    await odd.close();
    expect(odd.logged.filter((line) => line.includes('callback'))).toHaveLength(4);
  });
});
