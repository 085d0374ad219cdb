import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isOrphaned, ownMark } from '../../src/limits/owner-mark.ts';
import { capabilitiesOf, parentOf, startOf, treeOf, treeUse } from '../../src/limits/process-tree.ts';

test('a process is told from a later one with the same number', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const mark = `${pid}-${startOf(pid)}`;
  expect(parentOf(pid)).toBe(process.pid);
  expect([isOrphaned(mark), isOrphaned(`${mark}-7`), isOrphaned(`${pid}-1`), isOrphaned(ownMark())]).toEqual([
    false,
    false,
    true,
    false,
  ]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect([startOf(pid), parentOf(pid), capabilitiesOf(pid), isOrphaned(mark)]).toEqual([
    null,
    null,
    null,
    true,
  ]);
});

test('what is no mark belongs to nobody who could have died', () => {
  for (const text of ['', 'own', '1', '1-', '-1', 'x1-2']) expect(isOrphaned(text)).toBe(false);
});

test('a tree is a process with all that descends from it, whichever of its threads began it', async () => {
  const code = `
    const { Worker } = require('node:worker_threads');
    new Worker("require('node:child_process').spawn('sh', ['-c', 'sleep 60 & sleep 60']); setInterval(() => {}, 1000)", { eval: true });
    setTimeout(() => console.log('ready'), 300);`;
  const child = spawn(process.execPath, ['-e', code]);
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  const members = [...treeOf(pid)];
  expect(members.length).toBe(4);
  const { processes, memory } = treeUse(pid);
  expect(processes).toBeGreaterThan(10);
  expect(memory).toBeGreaterThan(5_000_000);
  for (const each of members) process.kill(each, 'SIGKILL');
  await once(child, 'exit');
  expect(treeUse(pid)).toEqual({ processes: 0, memory: 0, cpu: 0 });
});

test('a process that calls itself by bytes that are no text is counted like any other', async () => {
  const code = `
import ctypes, time
ctypes.CDLL(None).prctl(15, b'\\xff\\xfe) R 1\\n', 0, 0, 0)
kept = bytearray(30_000_000)
print('ready', flush=True)
time.sleep(60)`;
  const child = spawn('/usr/bin/python3', ['-c', code]);
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  expect(treeUse(pid).memory).toBeGreaterThan(30_000_000);
  expect(parentOf(pid)).toBe(process.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
});
