import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openUpstream } from '../../src/index.ts';
import { callTool, openScripted, testFolder, textOf, until } from './scripted.ts';

const DEAF = join(import.meta.dirname, '../servers/deaf.mjs');
const GATEWAY = join(import.meta.dirname, '../servers/gateway.mjs');

/** A deaf server as `npx` starts one: behind a shell and another Node. */
function chain(): { readonly command: string; readonly args: string[] } {
  const start = `require("child_process").spawn("sh", ["-c", "${process.execPath} ${DEAF}; true"], { stdio: "inherit" })`;
  return { command: process.execPath, args: ['-e', `${start}; process.on("SIGTERM", () => {})`] };
}

function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
  return stat !== '' && !/\) [ZX] /.test(stat);
}

function pidsIn(file: string): number[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number) : [];
}

test('A chain of processes that is deaf to the end of its input and to signals is gone once it was closed.', async () => {
  const PIDS = join(testFolder(), 'pids');
  const upstream = await openUpstream({ alias: 'deaf', ...chain(), env: { PIDS } });
  const [pid = 0] = pidsIn(PIDS);
  expect(isAlive(pid)).toBe(true);
  await upstream.close();
  expect(isAlive(pid)).toBe(false);
});

test('What has left the group and the tree of its server ends with it, also where the server ended by itself.', async () => {
  const scripted = await openScripted();
  const first = Number(textOf(await callTool(scripted, 'detach')));
  expect(isAlive(first)).toBe(true);
  await callTool(scripted, 'exit').catch(() => {});
  await until(() => !isAlive(first));
  const second = Number(textOf(await callTool(scripted, 'detach')));
  await scripted.upstream.close();
  expect(isAlive(second)).toBe(false);
});

for (const hasMark of [true, false]) {
  test(`What a gateway left that was killed is ended by the next start${hasMark ? '' : ', also without a mark'}.`, async () => {
    const dir = testFolder();
    const [PIDS, list] = [join(dir, 'pids'), join(dir, 'state', 'processes.json')];
    const { command, args } = hasMark
      ? chain()
      : { command: 'env', args: ['-u', 'WCP_MCP_PROCESS_OF', process.execPath, DEAF] };
    const settings = JSON.stringify({ alias: 'deaf', command, args, env: { PIDS }, process_list: list });
    const gateway = spawn(process.execPath, ['--no-warnings', GATEWAY, settings], { stdio: 'pipe' });
    await until(() => pidsIn(PIDS).length === 1 && existsSync(list));
    const [pid = 0] = pidsIn(PIDS);
    gateway.kill('SIGKILL');
    await until(() => gateway.signalCode !== null);
    expect(isAlive(pid)).toBe(true);
    const { upstream } = await openScripted({}, [], { process_list: list });
    await until(() => !isAlive(pid));
    expect(JSON.parse(readFileSync(list, 'utf8'))).toHaveLength(1);
    await upstream.close();
    expect(existsSync(list)).toBe(false);
  });
}

test('A list that names the number of another process kills nobody.', async () => {
  const list = join(testFolder(), 'processes.json');
  const bystander = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const pid = bystander.pid as number;
  writeFileSync(list, JSON.stringify([{ pid, start: '1', mark: '999999999-1-x' }, { pid: 1 }, null]));
  await openScripted({}, [], { process_list: list });
  expect(isAlive(pid)).toBe(true);
  bystander.kill('SIGKILL');
});

test('Nothing of a server is left where its gateway exits.', async () => {
  const PIDS = join(testFolder(), 'pids');
  const settings = JSON.stringify({ alias: 'deaf', ...chain(), env: { PIDS } });
  const gateway = spawn(process.execPath, ['--no-warnings', GATEWAY, settings, 'exit'], { stdio: 'pipe' });
  await until(() => gateway.exitCode !== null);
  expect(gateway.exitCode).toBe(0);
  const [pid = 0] = pidsIn(PIDS);
  expect(pid).toBeGreaterThan(1);
  await until(() => !isAlive(pid));
});

test('A server that keeps ending is started with a pause that grows, and every call says what happened.', async () => {
  const scripted = await openScripted({}, [], { limits: { restart_ms: 20 } });
  const began = performance.now();
  for (let count = 0; count < 4; count += 1) {
    await expect(callTool(scripted, 'exit')).rejects.toMatchObject({ code: 'DELIVERY_CRASHED' });
  }
  expect(textOf(await callTool(scripted, 'echo'))).toBe('{}');
  expect(performance.now() - began).toBeGreaterThan(20 + 40 + 80 + 160);
});

test('Whoever waits for a server that is down waits no longer than its call may take.', async () => {
  const scripted = await openScripted({}, [], { limits: { restart_ms: 600_000 } });
  await callTool(scripted, 'exit').catch(() => {});
  await expect(callTool(scripted, 'echo', {}, { timeout_ms: 50 })).rejects.toMatchObject({
    code: 'DELIVERY_NO_TIME',
    has_run: false,
  });
  // Nor does closing wait for the next start.
  await scripted.upstream.close();
});
