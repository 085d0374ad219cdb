import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cgroup } from '../../src/limits/cgroup.ts';
import { handOver, hasControllers } from '../../src/limits/hand-over.ts';
import { SANDBOX_LIMITS } from '../../src/limits/sandbox-limits.ts';

/** A folder that looks like a group of version 2, which no test machine need have. */
let folder = '';
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-group-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function group(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

test('a group that hands its controllers over is left as it is', () => {
  group({ 'cgroup.subtree_control': 'cpu memory pids\n', 'cgroup.procs': `${process.pid}\n` });
  handOver(folder, 'wcp-');
  expect(read('cgroup.subtree_control')).toBe('cpu memory pids\n');
  expect(readdirSync(folder).filter((name) => name.startsWith('wcp-'))).toEqual([]);
});

test('a process that is alone in its group moves out of the way', () => {
  group({ 'cgroup.subtree_control': '\n', 'cgroup.procs': `${process.pid}\n` });
  handOver(folder, 'wcp-');
  const [own = ''] = readdirSync(folder).filter((name) => name.startsWith('wcp-'));
  expect(own).toMatch(new RegExp(`^wcp-${process.pid}-\\d+-own$`));
  expect(read(join(own, 'cgroup.procs'))).toBe(String(process.pid));
  expect(read('cgroup.subtree_control')).toBe('+memory +pids');
});

test('others in the group are not moved', () => {
  group({ 'cgroup.subtree_control': '\n', 'cgroup.procs': `1\n${process.pid}\n` });
  handOver(folder, 'wcp-');
  expect(readdirSync(folder).filter((name) => name.startsWith('wcp-'))).toEqual([]);
});

test('a group without both controllers limits nothing', () => {
  group({ 'cgroup.controllers': 'cpu memory\n' });
  expect(hasControllers(folder)).toBe(false);
  group({ 'cgroup.controllers': 'cpu memory pids\n' });
  expect(hasControllers(folder)).toBe(true);
});

test('the group of a sandbox has its limits before anybody is in it, and says what was used', async () => {
  const own = new Cgroup({ version: 2, unified: folder }, { ...SANDBOX_LIMITS, memory_mb: 1, processes: 3 });
  const [name = ''] = readdirSync(folder);
  const limits = ['memory.max', 'memory.swap.max', 'memory.oom.group', 'pids.max'].map((file) =>
    read(join(name, file)),
  );
  expect(limits).toEqual(['1048576', '0', '1', '4']);
  expect(own.use()).toEqual({ cpu: null, out_of_memory: 0 });
  await own.add(7);
  expect(read(join(name, 'cgroup.procs'))).toBe('7');
  writeFileSync(join(folder, name, 'cpu.stat'), 'usage_usec 2500000\nuser_usec 1\n');
  writeFileSync(join(folder, name, 'memory.events'), 'low 0\noom 3\noom_kill 2\noom_group_kill 1\n');
  expect([own.version, own.use()]).toEqual([2, { cpu: 2.5, out_of_memory: 2 }]);
});
