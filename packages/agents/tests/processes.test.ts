import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CallOutcome, HeldOutcome } from '../src/index.ts';
import { AGENT, AUTHORITY, runningHall, TENANT } from './support/real-hall.ts';

const PROGRAM = join(import.meta.dirname, 'support/agent-program.ts');

/** A Hall, and agents that are processes before it. */
async function processes() {
  const { hall, url, approve } = await runningHall();
  const { keys } = hall.identity;
  const { key } = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const owner = { label: 'owner', roles: ['worker-owner' as const], authority: AUTHORITY };
  const { key: worker_key } = await keys.create(owner);
  const dir = mkdtempSync(join(tmpdir(), 'wcp-agents-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const log = join(dir, 'runs');
  const options = { hall: { url, key, worker_key }, authority: AUTHORITY, agent: AGENT, tenant_id: TENANT };
  const start = (given: object): ChildProcess => {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify({ options, log, ...given })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  };
  const runs = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { start, runs, approve };
}

async function outcomeOf(child: ChildProcess): Promise<CallOutcome> {
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return JSON.parse(String(line)) as CallOutcome;
}

test('Processes of one agent each carry out their own calls, and end by themselves.', async () => {
  const { start, runs } = await processes();
  const children = [1, 2].map((a) => start({ name: 'add', args: { a } }));
  const ends = children.map((child) => once(child, 'exit'));
  const outcomes = await Promise.all(children.map(outcomeOf));
  expect(outcomes).toMatchObject([{ kind: 'result' }, { kind: 'result' }]);
  expect((await Promise.all(ends)).map(([code]) => code as unknown)).toEqual([0, 0]);
  expect(runs().toSorted()).toEqual(['{"a":1}', '{"a":2}']);
});

test('A held call of a process that was killed runs once in the process that resumes it.', async () => {
  const { start, runs, approve } = await processes();
  const first = start({ name: 'pay', args: { to: 'Ada' } });
  const { approval_id } = (await outcomeOf(first)) as HeldOutcome;
  const gone = once(first, 'exit');
  first.kill('SIGKILL');
  await gone;
  const second = start({ name: 'pay', resume: approval_id });
  const outcome = outcomeOf(second);
  // The Hall answers the steward once what was approved has run: here, as soon as the process asks for it.
  const approving = approve(approval_id);
  expect(await outcome).toMatchObject({ kind: 'result', result: 'done' });
  await approving;
  expect(runs()).toEqual(['{"to":"Ada"}']);
});
