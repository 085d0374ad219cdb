import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownApproval } from '@wcp/hall';
import { expect, test } from 'vitest';
import type { HeldOutcome } from '../../src/base/gateway.ts';
import { ClientAsks } from '../../src/gateway/client-asks.ts';
import { GovernedCalls } from '../../src/gateway/governed-calls.ts';
import type { HallPort } from '../../src/gateway/hall/hall-port.ts';
import { createPassedStates } from '../../src/hold/passed-state.ts';
import { createRequestStates } from '../../src/hold/request-state.ts';
import { createTaskIds } from '../../src/hold/task-ids.ts';
import { CAN_OPEN, type Json, metaOf, PipeClient } from '../support/pipe.ts';
import { codeOf, GatewayFolder } from './gateway-folder.ts';

const DAY_MS = 86_400_000;
const GIVEN = { bytes: 3 };

/** A client of 2025-11-25 at the gateway of a folder. */
async function clientOf({ gateway: { gateway, holds }, caller }: GatewayFolder, capabilities: object = {}) {
  const pipe = new PipeClient({ gateway, caller, holds });
  await pipe.initialize(capabilities);
  const call = async (given: object) =>
    (await pipe.ask('tools/call', { name: 'big', arguments: given })).result as Json;
  return { call, pipe };
}

const refusalOf = (result: Json): Json => result._meta?.['org.wcp/refusal'];
const heldFiles = ({ dir }: GatewayFolder) => readdirSync(join(dir, 'held'));

test('A client that was told to call again gets the result from a gateway that was restarted, once; then it is a new call.', async () => {
  const folder = await GatewayFolder.open();
  const first = await clientOf(folder);
  const held = refusalOf(await first.call(GIVEN));
  expect(held.code).toBe('HELD_FOR_APPROVAL');
  const [file = ''] = heldFiles(folder);
  expect(statSync(join(folder.dir, 'held', file)).mode & 0o777).toBe(0o600);
  await folder.gateway.close();
  // What nobody wrote here, or in another way, is nobody's.
  writeFileSync(join(folder.dir, 'held', 'broken.json'), '{"tenant_id":');
  await folder.start();
  expect(heldFiles(folder)).toEqual([file]);
  await folder.resolve(held.approval_id, 'approve');
  await folder.gateway.close();
  await folder.start();
  const { call } = await clientOf(folder);
  expect(refusalOf(await call({ bytes: 4 })).approval_id).not.toBe(held.approval_id);
  expect((await call(GIVEN)).content).toEqual([{ type: 'text', text: 'xxx' }]);
  await expect.poll(() => heldFiles(folder).length).toBe(1);
  const again = refusalOf(await call(GIVEN));
  expect([again.code, again.approval_id === held.approval_id]).toEqual(['HELD_FOR_APPROVAL', false]);
  expect(folder.ran()).toEqual(['big']);
});

test('A forged file of a held call reads nothing: its state is not one that this gateway sealed.', async () => {
  const folder = await GatewayFolder.open();
  const { call } = await clientOf(folder);
  const held = refusalOf(await call(GIVEN));
  await folder.resolve(held.approval_id, 'approve');
  await folder.gateway.close();
  const [name = ''] = heldFiles(folder);
  folder.edit(`held/${name}`, (kept) => ({ ...kept, request_state: `${kept['request_state']}x` }));
  await folder.start();
  const result = await (await clientOf(folder)).call(GIVEN);
  expect(refusalOf(result).code).toBe('REQUEST_STATE_INVALID');
  expect(folder.ran()).toEqual(['big']);
});

test('Two holds of the same call are two calls: each is read once, the older first.', async () => {
  const folder = await GatewayFolder.open();
  const first = await clientOf(folder, CAN_OPEN);
  const second = await clientOf(folder, CAN_OPEN);
  const pages: string[] = [];
  const calls = [first, second].map(async ({ call, pipe }) => {
    const calling = call(GIVEN);
    const asked = await pipe.message(({ method }) => method === 'elicitation/create');
    pages.push(asked.params.elicitationId);
    if (pages.length < 2) await expect.poll(() => pages.length).toBe(2);
    pipe.write({ jsonrpc: '2.0', id: asked.id, result: { action: 'decline' } });
    return refusalOf(await calling).approval_id as string;
  });
  const ids = await Promise.all(calls);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) await folder.resolve(id, 'approve');
  const { call } = await clientOf(folder);
  for (const _ of ids) expect((await call(GIVEN)).content).toEqual([{ type: 'text', text: 'xxx' }]);
  expect(refusalOf(await call(GIVEN)).code).toBe('HELD_FOR_APPROVAL');
  expect(folder.ran()).toEqual(['big', 'big']);
});

test.each(['2026-07-28', '2025-11-25'])(
  'With wait_ms, a client of %s that opens no links waits with progress, and gets the result in the same call.',
  async (revision) => {
    const folder = await GatewayFolder.open({}, { wait_ms: 30_000 });
    const { gateway, holds } = folder.gateway;
    const pipe = new PipeClient({ gateway, caller: folder.caller, holds });
    const isModern = revision === '2026-07-28';
    if (!isModern) await pipe.initialize();
    const token = { progressToken: 7 };
    const _meta = isModern ? metaOf({}, token) : token;
    const calling = pipe.ask('tools/call', { name: 'big', arguments: GIVEN, _meta });
    const { params } = await pipe.message(({ method }) => method === 'notifications/progress');
    const [held] = folder.held;
    expect(params).toMatchObject({
      ...token,
      progress: 1,
      message: expect.stringContaining(held?.approval_id ?? ''),
    });
    expect(folder.ran()).toEqual([]);
    await folder.resolve(held?.approval_id ?? '', 'approve');
    expect((await calling).result.content).toEqual([{ type: 'text', text: 'xxx' }]);
    expect(folder.ran()).toEqual(['big']);
  },
);

test.each([
  ['a text', 'done by hand', { content: [{ type: 'text', text: 'done by hand' }] }],
  [
    'a document',
    { rows: 3 },
    { content: [{ type: 'text', text: '{"rows":3}' }], structuredContent: { rows: 3 } },
  ],
  [
    'a result of a tool',
    { content: [{ type: 'text', text: 'x' }] },
    { content: [{ type: 'text', text: 'x' }] },
  ],
])('What a human did in place of the tool is its result, also where it is %s.', async (_, done, result) => {
  const folder = await GatewayFolder.open();
  const { call } = await clientOf(folder);
  const { approval_id } = refusalOf(await call(GIVEN));
  const post = (path: string, body: object) =>
    fetch(new URL(path, folder.gateway.urls?.hall), {
      method: 'POST',
      headers: { authorization: `Bearer ${folder.key('steward')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ approval_id, ...body }),
    });
  expect((await post('/wcp/approvals/escalate', { level: 'executor' })).status).toBe(200);
  const resolved = await post('/wcp/approvals/resolve', { resolution: 'approve', result: done });
  expect(resolved.status).toBe(200);
  expect(await call(GIVEN)).toEqual(result);
  expect(folder.log()).not.toContain('"name":"big","arguments"');
});

/** A Hall that holds, and has one approval in a state. */
function heldBy(state: KnownApproval['state'], now: () => number) {
  const approval = {
    approval_id: 'a',
    state,
    capability_id: 'x.a.mcp-b.c',
    expires_at: '2026-01-01T00:15:00.000Z',
  };
  const decision = {
    outcome: 'HOLD',
    pending_approval_id: approval.approval_id,
    approval_expires_at: approval.expires_at,
  };
  const hall = {
    url: () => 'http://127.0.0.1:1',
    dispatch: async () => ({ decision, result: null, delivery_code: null }),
    approval: async () => ({
      ...approval,
      level: 'gatekeeper',
      has_ended: true,
      result: OK,
      delivery_code: null,
    }),
  } as unknown as HallPort;
  const key = new Uint8Array(32);
  const links = { link: () => () => {} };
  return new GovernedCalls({
    hall,
    links,
    states: createRequestStates({ key, now }),
    passedStates: createPassedStates({ key, now }),
    taskIds: createTaskIds({ key, now }),
    asks: new ClientAsks({ hall, links }),
    onHeld: () => {},
  });
}

const OK = { status: 'ok', result: { content: [] }, telemetry: [], evidence: [], deny_reason: null };

test.each([
  ['approved', 'RESULT_EXPIRED', 'has run'],
  ['denied', 'APPROVAL_DENIED', 'nothing ran'],
  ['expired', 'APPROVAL_EXPIRED', 'nothing ran'],
  ['stale', 'DENY_APPROVAL_STALE', 'nothing ran'],
] as const)(
  'A day after its approval, the state of a call that was %s says so: %s.',
  async (state, code, said) => {
    let now = Date.parse('2026-01-01T00:00:00.000Z');
    const calls = heldBy(state, () => now);
    const caller = { tenant_id: 't', credential: 'wcp_t', key_id: 'key:t' };
    const call = {
      capability_id: 'x.a.mcp-b.c',
      correlation_id: 'c',
      request: {},
      subject: 'c',
      arguments: {},
      labels: { environment: 'dev', data_label: 'PUBLIC', tenant_risk: 'low', qos_class: 'P2' },
    } as const;
    const { signal } = new AbortController();
    const { request_state } = (await calls.run(caller, call, { signal })) as HeldOutcome;
    now += 15 * 60_000 + DAY_MS - 1;
    const before = await calls.run(caller, call, { signal, request_state });
    expect(codeOf(before)).toBe(state === 'approved' ? undefined : code);
    now += 1;
    const after = await calls.run(caller, call, { signal, request_state });
    expect(codeOf(after)).toBe(code);
    expect(JSON.stringify(after)).toContain(said);
  },
);
