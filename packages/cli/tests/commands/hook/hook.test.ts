import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHall } from '@wcp/hall';
import { expect, onTestFinished, test } from 'vitest';
import { folderOf, scratch, wcp, wcpProcess } from '../../support/support.ts';

const AUTHORITY = 'x.acme';
const BASH = 'x.acme.claude-code.bash-d1e9567d';

/** The folder of the hooks of a Hall that listens. */
async function hookedFolder(): Promise<string> {
  const hall = await createHall({
    pulling_authorities: [AUTHORITY],
    rules: [
      {
        rule_id: 'bash',
        match: { capability_id: BASH },
        decision: {
          candidate_workers_ranked: [{ worker_species_id: BASH }],
          escalation: { policy_gate: false },
        },
      },
    ],
  });
  onTestFinished(() => hall.close(0));
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: 'tenant-a' });
  const owner = { label: 'owner', roles: ['worker-owner' as const], authority: AUTHORITY };
  const { key: worker_key } = await keys.create(owner);
  const url = await hall.app.listen({ host: '127.0.0.1', port: 0 });
  const tools = { Bash: { blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 } } };
  const settings = { url, key, worker_key, authority: AUTHORITY, tenant_id: 'tenant-a', tools };
  const dir = folderOf({ 'settings.json': settings });
  chmodSync(join(dir, 'settings.json'), 0o600);
  return dir;
}

const told = (tool_name: string) => ({
  session_id: 's',
  tool_name,
  tool_input: { command: 'ls' },
  tool_use_id: `toolu-${tool_name}`,
});

test('As processes, one hook lets the tool run and the next one tells its end; a tool without a rule is denied.', async () => {
  const dir = await hookedFolder();
  const run = (event: object) =>
    wcpProcess(['hook', 'claude-code', '--dir', dir], { input: JSON.stringify(event) });
  const [allowed, denied] = await Promise.all([
    run({ ...told('Bash'), hook_event_name: 'PreToolUse' }),
    run({ ...told('Write'), hook_event_name: 'PreToolUse' }),
  ]);
  expect(allowed).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(allowed.out)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'allow' } });
  expect(denied).toMatchObject({ code: 0 });
  expect(JSON.parse(denied.out)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } });
  const after = await run({
    ...told('Bash'),
    hook_event_name: 'PostToolUse',
    tool_response: { stdout: 'a' },
  });
  expect(after).toEqual({ code: 0, out: '{}\n', err: '' });
  expect(readdirSync(join(dir, 'calls'))).toEqual([]);
});

test('wcp hook install --dir sets up a hook that reads that very folder.', async () => {
  const file = join(scratch(), 'settings.json');
  const dir = join(scratch(), 'a folder');
  const { code } = await wcp(['hook', 'install', 'claude-code', '--file', file, '--dir', dir, '--write']);
  expect(code).toBe(0);
  const { hooks } = JSON.parse(readFileSync(file, 'utf8'));
  expect(hooks.PreToolUse[0].hooks[0].command).toContain(`hook claude-code --dir "${dir}" || exit 2`);
});

test('Without settings, and with keys that others can read, nothing may run.', async () => {
  const input = JSON.stringify({ ...told('Bash'), hook_event_name: 'PreToolUse' });
  const dir = scratch();
  const absent = await wcpProcess(['hook', 'claude-code', '--dir', dir], { input });
  expect(absent).toMatchObject({ code: 2, out: '' });
  const settings = {
    url: 'http://127.0.0.1:1',
    key: 'k',
    worker_key: 'w',
    authority: AUTHORITY,
    tenant_id: 'a',
  };
  writeFileSync(join(dir, 'settings.json'), JSON.stringify(settings), { mode: 0o644 });
  const exposed = await wcpProcess(['hook', 'claude-code', '--dir', dir], { input });
  expect(exposed).toMatchObject({ code: 2, out: '' });
  expect(exposed.err).toContain('chmod 600');
});

test.each(['claude-code', 'codex', 'cursor', 'gemini'])(
  'wcp hook install %s shows what it takes, and with --write adds it once.',
  async (client) => {
    const file = join(
      folderOf({ 'settings.json': { model: 'm', hooks: { PreToolUse: [{ matcher: 'Own' }] } } }),
      'settings.json',
    );
    const before = readFileSync(file, 'utf8');
    const args = ['hook', 'install', client, '--file', file];
    const shown = await wcp(args);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toContain(`hook ${client} || exit 2`);
    expect(readFileSync(file, 'utf8')).toBe(before);
    const written = await wcp([...args, '--write', '--json']);
    const { backup } = JSON.parse(written.out) as { readonly backup: string };
    expect(readFileSync(backup, 'utf8')).toBe(before);
    const now = readFileSync(file, 'utf8');
    expect(JSON.parse(now)).toMatchObject({ model: 'm' });
    expect(now).toContain('"Own"');
    expect(now.split(`hook ${client} || exit 2`).length).toBeGreaterThan(2);
    expect((await wcp([...args, '--write'])).out).toContain('has it already');
    expect(readFileSync(file, 'utf8')).toBe(now);
  },
);
