import type { Hall } from '@wcp/hall';
import type { Receipt } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import { govern } from '../../src/claude/index.ts';
import type { HeldOutcome } from '../../src/index.ts';
import { embeddedHall, idOf, runningHall } from '../support/real-hall.ts';

function payTool() {
  const runs: unknown[] = [];
  return { runs, tool: { name: 'pay', run: (args: unknown) => runs.push(args) } };
}

async function receipts(hall: Hall): Promise<Receipt[]> {
  const { key } = await hall.identity.keys.create({ label: 'auditor', roles: ['auditor'] });
  const headers = { authorization: `Bearer ${key}` };
  const { items } = (await hall.app.inject({ url: '/wcp/receipts', headers })).json() as {
    readonly items: readonly { readonly receipt: Receipt }[];
  };
  return items.map(({ receipt }) => receipt);
}

/** What became of everything that was approved. */
async function outcomes(hall: Hall): Promise<(string | undefined)[]> {
  const all = await receipts(hall);
  return all.flatMap(({ kind, outcome }) => (kind === 'outcome' ? [outcome?.status] : []));
}

/** How a hold is now. */
async function stateOf(hall: Hall, approval_id: string): Promise<string | undefined> {
  const approval = await hall.approval(approval_id);
  return approval?.history.at(-1)?.action === 'withdraw' ? 'withdrawn' : approval?.state;
}

/** How many holds were taken back. */
async function withdrawals(hall: Hall): Promise<number> {
  const all = await receipts(hall);
  return all.filter(({ kind, policy_decision }) => kind === 'approval' && policy_decision === 'DENY').length;
}

async function pendingApproval(hall: Hall): Promise<string> {
  const { key } = await hall.identity.keys.create({ label: 'steward', roles: ['steward'] });
  const headers = { authorization: `Bearer ${key}` };
  const pending = async () =>
    (await hall.app.inject({ url: '/wcp/approvals/pending', headers })).json().items as HeldOutcome[];
  await expect.poll(async () => (await pending()).length).toBe(1);
  return (await pending())[0]?.approval_id ?? '';
}

/** A rule that asks a gate, which answers when it is told to, and then a human. */
function gatedPay() {
  const gates: (() => void)[] = [];
  const escalation = { policy_gate: true, human_required_default: true, supervisor_level: 'gatekeeper' };
  const candidate_workers_ranked = [{ worker_species_id: idOf('pay') }];
  const rules = [
    {
      rule_id: 'pay',
      match: { capability_id: idOf('pay') },
      decision: { candidate_workers_ranked, escalation },
    },
  ];
  const policyGate = () =>
    new Promise<{ decision: 'ALLOW'; policy_version: string; reason: string }>((resolve) => {
      gates.push(() => resolve({ decision: 'ALLOW', policy_version: 'one', reason: 'fine' }));
    });
  return { gates, options: { rules, policyGate } };
}

describe.each([
  ['a running Hall', runningHall],
  ['a Hall in this process', embeddedHall],
])('With %s', (_, openHall) => {
  test('a held call that is withdrawn is gone for the stewards too: a late approval is refused.', async () => {
    const { hall, open, approve } = await openHall();
    const { runs, tool } = payTool();
    const governor = await open([tool]);
    const { approval_id } = (await governor.call('pay', {})) as HeldOutcome;
    const withdrawn = { kind: 'denied', code: 'CALL_WITHDRAWN' };
    expect(await governor.withdraw(approval_id)).toMatchObject(withdrawn);
    expect(await governor.withdraw(approval_id)).toMatchObject(withdrawn);
    await expect(approve(approval_id)).rejects.toThrow('APPROVAL_RESOLVED');
    expect(await governor.resume(approval_id)).toMatchObject(withdrawn);
    expect(await outcomes(hall)).toEqual([]);
    expect(runs).toEqual([]);
  });

  test('an abort withdraws the call that is held by then, and its equal stays held.', async () => {
    const { hall, open, approve } = await openHall();
    const { runs, tool } = payTool();
    const governor = await open([tool]);
    const controller = new AbortController();
    const { signal } = controller;
    const first = (await governor.call('pay', { to: 'Ada' }, { signal })) as HeldOutcome;
    const second = (await governor.call('pay', { to: 'Ada' })) as HeldOutcome;
    controller.abort();
    await expect.poll(() => stateOf(hall, first.approval_id)).toBe('withdrawn');
    expect(runs).toEqual([]);
    await approve(second.approval_id);
    expect(await governor.resume(second.approval_id, { wait_ms: 5_000 })).toMatchObject({ kind: 'result' });
    expect(runs).toHaveLength(1);
  });

  test('a call that was aborted before it was held is taken back as soon as it is.', async () => {
    const { gates, options } = gatedPay();
    const { hall, open } = await openHall(options);
    const { runs, tool } = payTool();
    const governor = await open([tool], { decision_timeout_ms: 5_000 });
    const controller = new AbortController();
    const calling = governor.call('pay', {}, { signal: controller.signal });
    await expect.poll(() => gates.length).toBe(1);
    controller.abort();
    expect(await calling).toMatchObject({ kind: 'failed', code: 'CALL_ABORTED', ran: false });
    gates[0]?.();
    await expect.poll(() => withdrawals(hall)).toBe(1);
    expect(runs).toEqual([]);
  });

  test('what has run is not withdrawn: its result is told.', async () => {
    const { open, approve } = await openHall();
    const { runs, tool } = payTool();
    const governor = await open([tool]);
    const { approval_id } = (await governor.call('pay', {})) as HeldOutcome;
    await approve(approval_id);
    await expect.poll(() => runs.length).toBe(1);
    await expect.poll(() => governor.withdraw(approval_id)).toMatchObject({ kind: 'result', result: 1 });
  });

  test('a session of Claude that is aborted while it waits for the steward withdraws its call.', async () => {
    const { hall, open, approve } = await openHall();
    const { runs } = payTool();
    const tool = {
      name: 'pay',
      description: 'Pays.',
      inputSchema: {},
      handler: async () => ({ content: runs.push('pay') }),
    };
    const approvals = new Map<string, string>();
    const [governed] = govern(await open([]), [tool], { approvals });
    const controller = new AbortController();
    const handling = (governed as { handler(args: object, extra: object): Promise<object> }).handler(
      {},
      { signal: controller.signal },
    );
    const approval_id = await pendingApproval(hall);
    // The Hall holds it before the agent has heard of that.
    await expect.poll(() => approvals.size).toBe(1);
    controller.abort();
    expect(JSON.stringify(await handling)).toContain('CALL_WITHDRAWN');
    expect(approvals.size).toBe(0);
    await expect(approve(approval_id)).rejects.toThrow('APPROVAL_RESOLVED');
    expect(runs).toEqual([]);
  });
});

test('A closed agent runs nothing in a Hall of its own process, even what was held before.', async () => {
  const { hall, open, approve } = await embeddedHall();
  const { runs, tool } = payTool();
  const governor = await open([tool]);
  const { approval_id } = (await governor.call('pay', {})) as HeldOutcome;
  await governor.close();
  await approve(approval_id);
  await expect.poll(() => outcomes(hall)).toEqual(['error']);
  expect(runs).toEqual([]);
});

test('A closed agent leaves what is held to the process that goes on with it: only an abort takes it back.', async () => {
  const { hall, open } = await runningHall();
  const controller = new AbortController();
  const governor = await open([payTool().tool]);
  const { approval_id } = (await governor.call('pay', {}, { signal: controller.signal })) as HeldOutcome;
  await governor.close();
  const next = await open([payTool().tool]);
  expect(await next.resume(approval_id)).toMatchObject({ kind: 'held' });
  expect(await stateOf(hall, approval_id)).toBe('pending');
});

test('Where the Hall takes nothing back, a held call that is withdrawn runs nothing when it is approved.', async () => {
  const { hall, open, approve } = await embeddedHall();
  hall.withdraw = () => Promise.reject(new Error('an earlier version'));
  const { runs, tool } = payTool();
  const governor = await open([tool]);
  const { approval_id } = (await governor.call('pay', {})) as HeldOutcome;
  expect(await governor.withdraw(approval_id)).toMatchObject({ code: 'CALL_WITHDRAWN' });
  await approve(approval_id);
  await expect.poll(() => outcomes(hall)).toEqual(['error']);
  expect(await governor.resume(approval_id)).toMatchObject({ code: 'CALL_WITHDRAWN' });
  expect(runs).toEqual([]);
});

test('Of two calls of one name, an abort of one leaves the hold to the other; of both, it takes it back.', async () => {
  const { hall, open } = await runningHall();
  const governor = await open([payTool().tool]);
  const [one, other] = [new AbortController(), new AbortController()];
  const named = ({ signal }: AbortController) => ({
    signal,
    idempotency_key: 'pay-1',
    correlation_id: 'task',
  });
  const { approval_id } = (await governor.call('pay', {}, named(one))) as HeldOutcome;
  expect(await governor.call('pay', {}, named(other))).toMatchObject({ kind: 'held', approval_id });
  one.abort();
  expect(await stateOf(hall, approval_id)).toBe('pending');
  other.abort();
  await expect.poll(() => stateOf(hall, approval_id)).toBe('withdrawn');
});

test('A process withdraws what an earlier one has left held.', async () => {
  const { hall, open, approve } = await runningHall();
  const [one, other] = [payTool(), payTool()];
  const first = await open([one.tool]);
  const { approval_id } = (await first.call('pay', {})) as HeldOutcome;
  await first.close();
  const second = await open([other.tool]);
  expect(await second.withdraw(approval_id)).toMatchObject({ code: 'CALL_WITHDRAWN' });
  await expect(approve(approval_id)).rejects.toThrow('APPROVAL_RESOLVED');
  expect(await outcomes(hall)).toEqual([]);
  expect([one.runs, other.runs]).toEqual([[], []]);
  expect(await second.withdraw('0192')).toMatchObject({ code: 'APPROVAL_UNKNOWN' });
});
