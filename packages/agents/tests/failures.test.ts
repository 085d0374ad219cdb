import { once } from 'node:events';
import { createServer } from 'node:net';
import { generateSigningKey } from '@wcp/evidence';
import type { Hall } from '@wcp/hall';
import type { Receipt } from '@wcp/spec';
import { expect, onTestFinished, test } from 'vitest';
import { type HeldOutcome, openGovernor } from '../src/index.ts';
import { AGENT, AUTHORITY, idOf, runningHall, TENANT } from './support/real-hall.ts';

const OPEN = { authority: AUTHORITY, agent: AGENT, tenant_id: TENANT };

/** A tool that counts its runs. */
function counted(name: string, work: (signal: AbortSignal) => unknown = () => 'done') {
  const runs: unknown[] = [];
  const run = (args: unknown, { signal }: { readonly signal: AbortSignal }) => {
    runs.push(args);
    return work(signal);
  };
  return { runs, tool: { name, run, blast_radius: { data: 0 } } };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

/** How the dispatches of a Hall ended. */
async function outcomes(hall: Hall): Promise<(string | undefined)[]> {
  const { key } = await hall.identity.keys.create({ label: 'auditor', roles: ['auditor'] });
  const headers = { authorization: `Bearer ${key}` };
  const { items } = (await hall.app.inject({ url: '/wcp/receipts', headers })).json() as {
    readonly items: readonly { readonly receipt: Receipt }[];
  };
  return items.flatMap(({ receipt }) => (receipt.kind === 'outcome' ? [receipt.outcome?.status] : []));
}

/** A server that takes connections and never answers. */
async function deaf(): Promise<string> {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

test('Without a Hall no agent opens, and nothing runs.', async () => {
  const { tool, runs } = counted('add');
  const hall = { url: 'http://127.0.0.1:1', key: 'wcp_x', worker_key: 'wcp_y' };
  await expect(openGovernor({ ...OPEN, hall, tools: [tool] })).rejects.toMatchObject({
    code: 'ERR_WCP_HALL_UNREACHABLE',
  });
  const late = { ...hall, url: await deaf() };
  const opening = openGovernor({ ...OPEN, hall: late, tools: [tool], decision_timeout_ms: 200 });
  await expect(opening).rejects.toMatchObject({ code: 'ERR_WCP_HALL_TIMEOUT' });
  expect(runs).toEqual([]);
});

test('Once the Hall is gone, each call is denied and nothing runs.', async () => {
  const { hall, open } = await runningHall();
  const { tool, runs } = counted('add');
  const governor = await open([tool], { decision_timeout_ms: 2_000 });
  await hall.close(0);
  expect(await governor.call('add', {})).toMatchObject({ kind: 'denied', code: 'HALL_UNREACHABLE' });
  expect(await governor.resume('0192')).toMatchObject({ kind: 'denied', code: 'HALL_UNREACHABLE' });
  expect(runs).toEqual([]);
});

test('Where the Hall does not answer in time, the call is denied, and does not run when the answer comes at last.', async () => {
  const gates: (() => void)[] = [];
  const { open, hall } = await runningHall({
    rules: [
      {
        rule_id: 'gated',
        match: { capability_id: idOf('add') },
        decision: {
          candidate_workers_ranked: [{ worker_species_id: idOf('add') }],
          escalation: { policy_gate: true },
        },
      },
    ],
    policyGate: () =>
      new Promise((resolve) => {
        gates.push(() => resolve({ decision: 'ALLOW', policy_version: 'one', reason: 'fine' }));
      }),
  });
  const { tool, runs } = counted('add');
  const governor = await open([tool], { decision_timeout_ms: 300 });
  expect(await governor.call('add', {})).toMatchObject({ kind: 'denied', code: 'HALL_LATE' });
  await expect.poll(() => gates.length).toBe(1);
  for (const answer of gates) answer();
  // The Hall now sends the call: it is refused here, and that is its outcome.
  await expect.poll(() => outcomes(hall)).toEqual(['error']);
  expect(runs).toEqual([]);
});

test('Where the Hall is lost while a tool runs, the tool is aborted, and the outcome says that it ran.', async () => {
  const { hall, open } = await runningHall();
  const { tool, runs } = counted('wait', untilAborted);
  const governor = await open([tool]);
  const calling = governor.call('wait', {});
  await expect.poll(() => runs.length).toBe(1);
  hall.app.server.closeAllConnections();
  expect(await calling).toMatchObject({ kind: 'failed', code: 'HALL_LOST', ran: true });
});

test('A key that may not enrol, or belongs to another authority, opens no agent.', async () => {
  const { hall, url } = await runningHall();
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const foreign = await keys.create({ label: 'other', roles: ['worker-owner'], authority: 'x.other' });
  const worker = await keys.create({ label: 'worker', roles: ['worker'], authority: AUTHORITY });
  const { tool } = counted('add');
  for (const { key: worker_key } of [foreign, worker]) {
    const opening = openGovernor({ ...OPEN, hall: { url: url as string, key, worker_key }, tools: [tool] });
    await expect(opening).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
});

test('Where the authority has registered a key, tools are enrolled with its signature alone.', async () => {
  const { hall, url, open } = await runningHall();
  const signing_key = generateSigningKey();
  await hall.registry.addAuthorityKey(AUTHORITY, signing_key.publicKey);
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const { key: worker_key } = await keys.create({
    label: 'o',
    roles: ['worker-owner'],
    authority: AUTHORITY,
  });
  const { tool } = counted('add');
  const at = { url: url as string, key, worker_key };
  await expect(open([tool], { hall: at })).rejects.toMatchObject({ code: 'ENROLMENT_UNSIGNED' });
  const stranger = { ...at, signing_key: generateSigningKey() };
  await expect(open([tool], { hall: stranger })).rejects.toMatchObject({
    code: 'ENROLMENT_SIGNATURE_INVALID',
  });
  const governor = await open([tool], { hall: { ...at, signing_key } });
  expect(await governor.call('add', {})).toMatchObject({ kind: 'result', result: 'done' });
});

test('A key of another tenant is refused by the Hall, and nothing runs.', async () => {
  const { open } = await runningHall();
  const { tool, runs } = counted('add');
  const governor = await open([tool], { tenant_id: 'tenant-b' });
  expect(await governor.call('add', {})).toMatchObject({ kind: 'denied', code: 'HALL_REFUSED' });
  expect(runs).toEqual([]);
});

test('A permit that another Hall signed runs nothing.', async () => {
  const { open, url, hall } = await runningHall();
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const { key: worker_key } = await keys.create({
    label: 'o',
    roles: ['worker-owner'],
    authority: AUTHORITY,
  });
  const { tool, runs } = counted('add');
  const public_key = '11'.repeat(32);
  const governor = await open([tool], { hall: { url: url as string, key, worker_key, public_key } });
  expect(await governor.call('add', {})).toMatchObject({
    kind: 'failed',
    code: 'WORKER_PERMIT_SIGNATURE',
    ran: false,
  });
  expect(runs).toEqual([]);
});

test('A call runs in the process that asked for it, and in no other one of the same agent.', async () => {
  const { open } = await runningHall();
  const [one, other] = [counted('add'), counted('add')];
  const first = await open([one.tool]);
  await open([other.tool]);
  for (const a of [1, 2, 3]) expect(await first.call('add', { a })).toMatchObject({ kind: 'result' });
  expect([one.runs.length, other.runs.length]).toEqual([3, 0]);
});

test('A held call of a process that has ended runs once in the one that resumes it.', async () => {
  const { open, approve } = await runningHall();
  const [one, other] = [counted('pay'), counted('pay')];
  const first = await open([one.tool]);
  const { approval_id } = (await first.call('pay', { to: 'Ada' })) as HeldOutcome;
  await first.close();
  const second = await open([other.tool]);
  expect(await second.resume(approval_id)).toMatchObject({ kind: 'held' });
  await approve(approval_id);
  expect(await second.resume(approval_id, { wait_ms: 5_000 })).toMatchObject({
    kind: 'result',
    result: 'done',
  });
  expect([one.runs, other.runs]).toEqual([[], [{ to: 'Ada' }]]);
});

test('A closed agent denies, and what ran in it was aborted.', async () => {
  const { open } = await runningHall();
  const { tool, runs } = counted('wait', untilAborted);
  const governor = await open([tool]);
  const calling = governor.call('wait', {});
  await expect.poll(() => runs.length).toBe(1);
  await governor.close();
  expect(await calling).toMatchObject({ kind: 'failed', ran: true });
  expect(await governor.call('wait', {})).toMatchObject({ kind: 'failed', code: 'CALL_ABORTED', ran: false });
  expect(runs).toHaveLength(1);
});

test('A tool that is removed at the Hall does not take the others with it, and is not enrolled again.', async () => {
  const { open, hall } = await runningHall();
  const [add, wait] = [counted('add'), counted('wait')];
  const governor = await open([add.tool, wait.tool]);
  await hall.registry.remove(idOf('add'));
  hall.app.server.closeAllConnections();
  expect(await governor.call('add', {})).toMatchObject({ kind: 'denied' });
  expect(await governor.call('wait', {})).toMatchObject({ kind: 'result', result: 'done' });
  expect(hall.registry.get(idOf('add'))).toBeNull();
  expect([add.runs.length, wait.runs.length]).toEqual([0, 1]);
});

test('A removed tool is denied by the Hall.', async () => {
  const { open, hall } = await runningHall();
  const { tool, runs } = counted('add');
  const governor = await open([tool]);
  await hall.registry.remove(idOf('add'));
  expect(await governor.call('add', {})).toMatchObject({ kind: 'denied' });
  expect(runs).toEqual([]);
});
