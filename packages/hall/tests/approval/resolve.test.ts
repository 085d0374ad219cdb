import { canonicalJson, sha256 } from '@wcp/spec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const receiptsOf = async (query: string) =>
  (await hall.get('auditor', `/wcp/receipts?${query}`)).json.items.map(
    ({ receipt }: { receipt: { kind: string } }) => receipt,
  );
const kindsOf = async (query: string) => (await receiptsOf(query)).map(({ kind }: { kind: string }) => kind);

describe('a hold', () => {
  test('A decision on hold is neither approved nor denied: it names no worker, and nothing runs.', async () => {
    const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held });
    const { status, json } = await hall.post('tenant', '/wcp/dispatch', input);
    expect(status).toBe(202);
    expect(json.decision).toMatchObject({
      outcome: 'STEWARD_HOLD',
      denied: false,
      worker_id: null,
      selected_worker_species_id: null,
      supervisor_level: 'gatekeeper',
      pending_approval_id: json.decision.decision_id,
    });
    expect(json.receipt.policy_decision).toBe('REQUIRE_HUMAN');
    expect([json.outcome_receipt, json.result, json.delivery_code]).toEqual([null, null, null]);
    expect(hall.delivery.calls).toEqual([]);
  });

  test('A hold waits among the others, the oldest first, and shows what it is about.', async () => {
    const first = await hall.hold('held', { request: { what: 'one' } });
    const second = await hall.hold('executed');
    const { json } = await hall.get('steward', '/wcp/approvals/pending');
    expect(json.items.map(({ approval_id }: { approval_id: string }) => approval_id)).toEqual([
      first.approval_id,
      second.approval_id,
    ]);
    expect(json.items[0]).toMatchObject({ state: 'pending', mode: 'dispatch', level: 'gatekeeper' });
    expect(json.items[0].input.request).toEqual({ what: 'one' });
    expect(json.items[0]).not.toHaveProperty('binding');
  });

  test('A hold is on one page and no other, however many arrived at the same instant.', async () => {
    const pendingApprovals = hall.hall.parts.pendingApprovals;
    const { approval_id } = await hall.hold();
    const [one] = pendingApprovals.pending();
    const ids = ['e', 'b', 'd', 'a', 'c'].map((letter) => `${letter}-${approval_id}`);
    for (const id of ids) pendingApprovals.put({ ...(one as NonNullable<typeof one>), approval_id: id });
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await hall.get('steward', `/wcp/approvals/pending?limit=2${cursor}`);
      seen.push(...json.items.map((item: { approval_id: string }) => item.approval_id));
      if (json.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(json.next_cursor)}`;
    }
    expect(seen).toEqual([approval_id, ...ids.toSorted()]);
  });

  test('A dry run opens no approval.', async () => {
    const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held, dry_run: true });
    const { status, json } = await hall.post('tenant', '/wcp/dispatch', input);
    expect([status, json.decision.outcome, json.decision.pending_approval_id]).toEqual([
      202,
      'STEWARD_HOLD',
      null,
    ]);
    expect((await hall.get('steward', '/wcp/approvals/pending')).json.items).toEqual([]);
  });
});

describe('an approval', () => {
  test('An approval carries out what was held, once, and the evidence says who allowed it.', async () => {
    const { approval_id, decision } = await hall.hold('held', { request: { what: 'one' } });
    const { status, json } = await hall.resolve('steward', approval_id, {
      resolution: 'approve',
      reason: 'seen',
    });
    expect(status).toBe(200);
    expect(json.decision).toMatchObject({ outcome: 'DISPATCH', supervisor_required: true });
    expect(hall.delivery.calls.map(({ request }) => request)).toEqual([{ what: 'one' }]);
    expect(json.approval).toMatchObject({
      state: 'approved',
      resolved_decision_id: json.decision.decision_id,
      result: { result: { echoed: { what: 'one' } } },
    });
    expect(json.outcome_receipt.outcome.status).toBe('ok');
    expect(await kindsOf(`correlation_id=${decision.correlation_id}`)).toEqual([
      'decision',
      'approval',
      'decision',
      'outcome',
    ]);
    const [, approval] = await receiptsOf(`decision_id=${approval_id}`);
    const [resolution] = json.approval.history;
    expect(resolution).toMatchObject({
      action: 'approve',
      by: expect.stringMatching(/^key:/),
      reason: 'seen',
    });
    expect(approval.policy_decision).toBe('ALLOW');
    expect(approval.artifact_hash).toBe(sha256(canonicalJson({ approval_id, resolution })));
  });

  test('The approval of a route request decides and executes nothing.', async () => {
    const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held });
    const held = await hall.post('tenant', '/wcp/route', input);
    const { json } = await hall.resolve('steward', held.json.pending_approval_id);
    expect([json.decision.outcome, json.outcome_receipt]).toEqual(['DISPATCH', null]);
    expect(hall.delivery.calls).toEqual([]);
  });

  test('The tenant sees what became of its request.', async () => {
    const { approval_id } = await hall.hold();
    expect((await hall.get('tenant', `/wcp/approvals/${approval_id}`)).json.result).toBeNull();
    await hall.resolve('steward', approval_id);
    const { json } = await hall.get('tenant', `/wcp/approvals/${approval_id}`);
    expect([json.state, json.result.status]).toEqual(['approved', 'ok']);
  });

  test('A denied approval ends the hold, and nothing runs.', async () => {
    const { approval_id } = await hall.hold();
    const { json } = await hall.resolve('steward', approval_id, { resolution: 'deny', reason: 'no' });
    expect([json.approval.state, json.receipt.policy_decision]).toEqual(['denied', 'DENY']);
    expect((await hall.resolve('steward', approval_id)).json.code).toBe('APPROVAL_RESOLVED');
    expect(hall.delivery.calls).toEqual([]);
  });

  test('An approval counts once: of many at the same time exactly one wins, and one worker runs.', async () => {
    const { approval_id } = await hall.hold();
    const answers = await Promise.all(Array.from({ length: 12 }, () => hall.resolve('steward', approval_id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, json } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, json.code]).toEqual([409, 'APPROVAL_RESOLVED']);
      expect(json.detail).toMatch(/It is approved: approve by key:.+ at 20/);
    }
    expect(hall.delivery.calls).toHaveLength(1);
    expect(await kindsOf(`decision_id=${approval_id}`)).toEqual(['decision', 'approval']);
  });

  test('Of two resolutions at the same time exactly one counts, whichever comes first.', async () => {
    for (const order of [
      ['approve', 'deny'],
      ['deny', 'approve'],
      ['escalate', 'approve'],
    ]) {
      const { approval_id } = await hall.hold();
      const answers = await Promise.all(
        order.map((resolution) => hall.resolve('steward', approval_id, { resolution })),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    }
  });

  test('Whoever comes second waits for the first, and has the next turn where that one failed.', async () => {
    const { approval_id } = await hall.hold();
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    store.transact = () => {
      store.transact = transact;
      return Promise.reject(new Error('the disk is full'));
    };
    const answers = await Promise.all([1, 2].map(() => hall.resolve('steward', approval_id)));
    expect(answers.map(({ status }) => status)).toEqual([500, 200]);
    expect(hall.delivery.calls).toHaveLength(1);
  });

  test('What was meant for the level before an escalation does not count at the one after it.', async () => {
    const { approval_id } = await hall.hold();
    const [raised, denied] = await Promise.all(
      ['escalate', 'deny'].map((resolution) => hall.resolve('steward', approval_id, { resolution })),
    );
    expect([raised?.status, denied?.json.code]).toEqual([200, 'CONFLICT']);
    expect((await hall.hall.approval(approval_id))?.state).toBe('pending');
  });

  test('A request stays on hold where the outcome of its approval could not be made durable.', async () => {
    const { approval_id } = await hall.hold();
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    store.transact = () => Promise.reject(new Error('the disk is full'));
    expect((await hall.resolve('steward', approval_id)).status).toBe(500);
    store.transact = transact;
    expect(hall.delivery.calls).toEqual([]);
    expect((await hall.resolve('steward', approval_id)).status).toBe(200);
    expect(hall.delivery.calls).toHaveLength(1);
  });

  test('Resolving an approval that does not exist is not found.', async () => {
    const { status, json } = await hall.resolve('steward', 'nothing');
    expect([status, json.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('A resolution at the level of a gatekeeper brings no result: the worker does the work.', async () => {
    const { approval_id } = await hall.hold();
    for (const more of [
      { resolution: 'approve', result: 1 },
      { resolution: 'deny', result: null },
      { resolution: 'escalate', result: {} },
    ]) {
      const { status, json } = await hall.resolve('steward', approval_id, more);
      expect([status, json.findings[0].path]).toEqual([400, '/result']);
    }
    expect((await hall.resolve('steward', approval_id)).status).toBe(200);
  });

  test.each(['approve', 'deny'])(
    'A level on "%s" is refused with a sentence, and the hold waits on.',
    async (resolution) => {
      const { approval_id } = await hall.hold();
      const refusal = await hall.resolve('steward', approval_id, { resolution, level: 'executor' });
      expect(refusal).toMatchObject({
        status: 400,
        json: {
          code: 'INVALID_BODY',
          detail: `Only an escalation names a supervisor level: "${resolution}" ends the hold at the level gatekeeper, where it is.`,
          findings: [{ path: '/level', code: 'UNKNOWN_MEMBER' }],
        },
      });
      expect(hall.delivery.calls).toHaveLength(0);
      expect((await hall.resolve('steward', approval_id, { resolution: 'approve' })).status).toBe(200);
    },
  );

  test('An approval whose worker then fails is used up, and reports the failure.', async () => {
    hall.delivery.answer = () => ({
      status: 'timeout',
      result: null,
      code: 'DELIVERY_TIMEOUT',
      duration_ms: 9,
    });
    const { approval_id } = await hall.hold();
    const { status, json } = await hall.resolve('steward', approval_id);
    expect([status, json.approval.state, json.outcome_receipt.outcome.status]).toEqual([
      200,
      'approved',
      'timeout',
    ]);
  });
});
