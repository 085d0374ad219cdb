import { expect, test } from 'vitest';
import { checkElapsedTime } from '../../src/check/elapsed-time.ts';
import { sampleRepository } from '../support/sample-repository.ts';

const FILE = 'packages/hall/tests/fast.test.ts';
const findingsFor = (code: string, file = FILE) =>
  checkElapsedTime(sampleRepository({ [file]: `${code}\n` }));

test.each([
  'expect(performance.now() - began).toBeLessThan(1_000);',
  'expect(Date.now() - began).toBeLessThanOrEqual(1_000);',
  'expect(performance.now() - began).not.toBeGreaterThan(1_000);',
  'expect(performance.now() - began < 1_000).toBe(true);',
  'expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(20);',
  'const spent = performance.now() - began; expect(spent).toBeLessThan(20);',
  'let spent = 0; spent = Date.now() - began; expect(spent).toBeLessThan(20);',
  'const { user, system } = process.cpuUsage(before); expect((user + system) / 1e6).toBeLessThan(20);',
  'const ms = performance.now() - began; const seconds = ms / 1000; expect(seconds).toBeLessThan(20);',
  'const delay = monitorEventLoopDelay({ resolution: 5 }); expect(delay.max / 1e6).toBeLessThan(700);',
  'const run = () => ({ time: performance.now() - began }); expect(run().time).toBeLessThan(whole / 2);',
])('A test that expects an elapsed time to be short is a finding: %s', (code) => {
  expect(findingsFor(code)).toEqual([`${FILE}:1: expects an elapsed time to be short`]);
});

test.each([
  'expect(performance.now() - began).toBeGreaterThan(300);',
  'expect(requests.length).toBeLessThan(10);',
  'const now = Date.now(); expect(issued_at).toBeLessThan(now);',
  'while (Date.now() < deadline) await act();',
  'expect(process.memoryUsage().heapUsed - before).toBeLessThan(100);',
])('What is no such bound is none: %s', (code) => {
  expect(findingsFor(code)).toEqual([]);
});

test.each([
  ['workers/embedder/tests/run.test.ts', 1],
  ['packages/hall/tests/delivery/delivery.case.ts', 1],
  ['tooling/tests/check.test.ts', 1],
  ['packages/hall/src/clock.ts', 0],
  ['tooling/src/bench/run.ts', 0],
])('Tests and what they share are looked at, sources are not: %s', (file, count) => {
  expect(findingsFor('expect(Date.now() - began).toBeLessThan(1_000);', file)).toHaveLength(count);
});
