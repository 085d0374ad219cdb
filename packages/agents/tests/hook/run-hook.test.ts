import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHallClient } from '@wcp/client';
import type { Receipt } from '@wcp/spec';
import { expect, onTestFinished, test } from 'vitest';
import { HOOK_CLIENTS, type HookClient, readHookSettings, runHook } from '../../src/hook/index.ts';
import { AUTHORITY, runningHall, TENANT } from '../support/real-hall.ts';

const READ = `${AUTHORITY}.hooks.read`;
const PAY = `${AUTHORITY}.hooks.pay`;
const rule = (id: string, escalation: object = {}) => ({
  rule_id: id,
  match: { capability_id: id },
  decision: {
    candidate_workers_ranked: [{ worker_species_id: id }],
    escalation: { policy_gate: false, ...escalation },
  },
});
const RULES = [rule(READ), rule(PAY, { human_required_default: true, supervisor_level: 'gatekeeper' })];

/** A Hall, and hooks with their settings. */
async function hooked(more: object = {}) {
  const { hall, url, approve } = await runningHall({ rules: RULES });
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const owner = { label: 'owner', roles: ['worker-owner' as const], authority: AUTHORITY };
  const { key: worker_key } = await keys.create(owner);
  const given = { url, key, worker_key, authority: AUTHORITY, agent: 'hooks', tenant_id: TENANT };
  const tools = { read: { blast_radius: { data: 0 } } };
  const reading = readHookSettings({ ...given, tools, hold_wait_ms: 0, ...more }, {});
  if (!reading.ok) throw new Error(reading.message);
  const { settings } = reading;
  const dir = mkdtempSync(join(tmpdir(), 'wcp-hook-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const calls = join(dir, 'calls');
  const run = (client: HookClient, event: object) =>
    runHook({ client, text: JSON.stringify(event), settings, dir: calls });
  const { key: auditor } = await keys.create({ label: 'auditor', roles: ['auditor'] });
  const outcomes = async () => {
    const headers = { authorization: `Bearer ${auditor}` };
    const { items } = (await hall.app.inject({ url: '/wcp/receipts', headers })).json() as {
      readonly items: readonly { readonly receipt: Receipt }[];
    };
    return items.flatMap(({ receipt }) => (receipt.outcome ? [receipt.outcome.status] : []));
  };
  return { hall, url: url as string, run, outcomes, approve, calls };
}

const input = { file_path: '/etc/hosts' };
/** One call, as each of the agents tells of it. */
const TOLD: Readonly<Record<HookClient, (tool: string, id: string) => readonly [object, object]>> = {
  'claude-code': (tool_name, tool_use_id) => {
    const told = {
      session_id: 's',
      cwd: '/',
      permission_mode: 'default',
      tool_name,
      tool_input: input,
      tool_use_id,
    };
    return [
      { ...told, hook_event_name: 'PreToolUse' },
      { ...told, hook_event_name: 'PostToolUse', tool_response: { content: 'a' } },
    ];
  },
  codex: (tool_name, tool_use_id) => {
    const told = { session_id: 's', turn_id: 't', model: 'm', tool_name, tool_input: input, tool_use_id };
    return [
      { ...told, hook_event_name: 'PreToolUse' },
      { ...told, hook_event_name: 'PostToolUse', tool_response: 'a' },
    ];
  },
  cursor: (tool_name, tool_use_id) => {
    const told = { conversation_id: 'c', generation_id: 'g', tool_name, tool_input: input, tool_use_id };
    return [
      { ...told, hook_event_name: 'preToolUse' },
      { ...told, hook_event_name: 'postToolUse', tool_output: '{"a":1}', duration: 5 },
    ];
  },
  gemini: (tool_name) => {
    const told = { session_id: 's', timestamp: '2026-01-01T00:00:00Z', tool_name, tool_input: input };
    return [
      { ...told, hook_event_name: 'BeforeTool' },
      { ...told, hook_event_name: 'AfterTool', tool_response: { llmContent: 'a' } },
    ];
  },
};

const ALLOWED: Readonly<Record<HookClient, object>> = {
  'claude-code': { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'allow' } },
  codex: {},
  cursor: { permission: 'allow' },
  gemini: { decision: 'allow' },
};
const reason = expect.stringContaining('DENY_NO_MATCHING_RULE') as unknown;
const DENIED: Readonly<Record<HookClient, object>> = {
  'claude-code': {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  },
  codex: {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: reason,
    },
  },
  cursor: { permission: 'deny', user_message: reason, agent_message: reason },
  gemini: { decision: 'deny', reason },
};

test.each(HOOK_CLIENTS)(
  'For %s a tool is allowed in its form, its end is told, and the outcome is ok.',
  async (client) => {
    const { run, outcomes, calls } = await hooked();
    const [before, after] = TOLD[client]('read', 'call-1');
    const allowed = await run(client, before);
    expect(JSON.parse(allowed.stdout)).toMatchObject(ALLOWED[client]);
    expect(allowed).toMatchObject({ exit_code: 0, stderr: '' });
    const notes = readdirSync(calls);
    expect(notes).toHaveLength(1);
    expect(notes.map((name) => statSync(join(calls, name)).mode & 0o777)).toEqual([0o600]);
    expect(await outcomes()).toEqual([]);
    expect(await run(client, after)).toMatchObject({ exit_code: 0, stdout: '{}\n' });
    expect(readdirSync(calls)).toEqual([]);
    await expect.poll(outcomes).toEqual(['ok']);
  },
);

test.each(HOOK_CLIENTS)('For %s a denial says why in its form, and leaves no note.', async (client) => {
  const { run, outcomes, calls } = await hooked();
  const [before, after] = TOLD[client]('unheard', 'call-1');
  const denied = await run(client, before);
  expect(JSON.parse(denied.stdout)).toEqual(DENIED[client]);
  expect(denied.exit_code).toBe(0);
  // The agent ran it all the same: that is loud.
  const complaint = await run(client, after);
  expect(complaint).toMatchObject({ exit_code: 2, stdout: '' });
  expect(complaint.stderr).toContain('no Hall had allowed this call');
  expect(existsSync(calls)).toBe(false);
  expect(await outcomes()).toEqual([]);
});

test('A call is started once, and its end counts once.', async () => {
  const { run, outcomes } = await hooked();
  const [before, after] = TOLD['claude-code']('read', 'call-1');
  await run('claude-code', before);
  expect((await run('claude-code', before)).stdout).toContain('CALL_REPEATED');
  expect((await run('claude-code', after)).exit_code).toBe(0);
  expect((await run('claude-code', after)).exit_code).toBe(2);
  await expect.poll(outcomes).toEqual(['ok']);
});

test('Equal calls of an agent that names none each have an end of their own.', async () => {
  const { run, outcomes } = await hooked();
  const [before, after] = TOLD.gemini('read', '');
  await Promise.all([run('gemini', before), run('gemini', before)]);
  const ends = await Promise.all([run('gemini', after), run('gemini', after)]);
  expect(ends.map(({ exit_code }) => exit_code)).toEqual([0, 0]);
  expect((await run('gemini', after)).exit_code).toBe(2);
  await expect.poll(outcomes).toEqual(['ok', 'ok']);
});

test('A tool that failed is recorded as failed, by the event for it and by its answer.', async () => {
  const { run, outcomes } = await hooked();
  const [before, { tool_response: _, ...after }] = TOLD['claude-code']('read', 'call-1') as [
    object,
    { readonly tool_response: unknown },
  ];
  await run('claude-code', before);
  const failed = { ...after, hook_event_name: 'PostToolUseFailure', error: 'no such file' };
  expect((await run('claude-code', failed)).exit_code).toBe(0);
  await expect.poll(outcomes).toEqual(['error']);
  const [first, second] = TOLD.gemini('read', '');
  await run('gemini', first);
  await run('gemini', { ...second, tool_response: { error: { message: 'no such file' } } });
  await expect.poll(outcomes).toEqual(['error', 'error']);
});

test('A held call waits for the steward and then runs; without one it is denied with the approval.', async () => {
  const { run, approve, hall, url } = await hooked({ hold_wait_ms: 20_000 });
  const [before, after] = TOLD['claude-code']('pay', 'call-1');
  const asking = run('claude-code', before);
  const { key } = await hall.identity.keys.create({ label: 'steward', roles: ['steward'] });
  const steward = createHallClient({ url, key });
  const pending = async () => (await steward.listPendingApprovals()).items;
  await expect.poll(async () => (await pending()).length).toBe(1);
  const approval_id = (await pending())[0]?.approval_id ?? '';
  // The answer to the resolution comes once the tool has ended.
  const approving = approve(approval_id);
  expect((await asking).stdout).toContain('"allow"');
  expect((await run('claude-code', after)).exit_code).toBe(0);
  await approving;
});

test('A held call that is made again while it waits is the same one to the steward.', async () => {
  const { run } = await hooked();
  const ask = async (id: string) => (await run('claude-code', TOLD['claude-code']('pay', id)[0])).stdout;
  const [first, second] = [await ask('call-1'), await ask('call-2')];
  expect(first).toContain('HELD_FOR_APPROVAL');
  const approvalOf = (text: string) => /\(([0-9a-f-]{36})\)/.exec(text)?.[1];
  expect(approvalOf(first)).toBe(approvalOf(second));
  expect(approvalOf(first)).toBeDefined();
});

test('Without a Hall, or with one that is late, nothing may run.', async () => {
  const { run, hall } = await hooked({ timeout_ms: 3_000 });
  const [before, after] = TOLD['claude-code']('read', 'call-1');
  await run('claude-code', before);
  await hall.close(0);
  const { stdout } = await run('claude-code', TOLD['claude-code']('read', 'call-2')[0]);
  expect(stdout).toContain('"deny"');
  expect(stdout).toContain('HALL_UNREACHABLE');
  const lost = await run('claude-code', after);
  expect(lost).toMatchObject({ exit_code: 2 });
  expect(lost.stderr).toContain('did not take its result');
});

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['another event', JSON.stringify({ session_id: 's', hook_event_name: 'Stop' })],
  [
    'no id of the call',
    JSON.stringify({ session_id: 's', hook_event_name: 'PreToolUse', tool_name: 'Read', tool_input: {} }),
  ],
  ['a member twice', '{"hook_event_name":"PreToolUse","hook_event_name":"PostToolUse"}'],
  ['more levels than any tool has', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
])('With %s nothing may run.', async (_, text) => {
  const settings = { url: 'http://127.0.0.1:1', authority: AUTHORITY, tenant_id: TENANT };
  const reading = readHookSettings(settings, { WCP_HALL_KEY: 'k', WCP_WORKER_KEY: 'w' });
  if (!reading.ok) throw new Error(reading.message);
  const answer = await runHook({ client: 'claude-code', text, settings: reading.settings, dir: '/nowhere' });
  expect(answer).toMatchObject({ exit_code: 2, stdout: '' });
  expect(answer.stderr).toContain('nothing runs');
});

test.each([
  ['a member that is not known', { keys: 1 }],
  ['no tenant', { tenant_id: undefined }],
  ['an address that is not of a Hall', { url: 'file:///etc' }],
])('Settings with %s are refused.', (_, members) => {
  const settings = {
    url: 'http://127.0.0.1:1',
    authority: AUTHORITY,
    tenant_id: TENANT,
    key: 'k',
    worker_key: 'w',
  };
  expect(readHookSettings({ ...settings, ...members }, {})).toMatchObject({ ok: false });
});
