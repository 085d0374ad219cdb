import { beforeEach, expect, test, vi } from 'vitest';
import { type MutationResult, printResult } from '../../src/mutants/print.ts';
import type { ExplainedMutant } from '../../src/mutants/reasons.ts';
import { mutantOf, sourceOf, tried } from '../support/mutants.ts';

const source = sourceOf('packages/router/src/sample.ts', 'one two');
const mutant = mutantOf(source, 'one', 'x');
const caught: ExplainedMutant = { ...tried(mutant, 'a/1'), reason: null };
const equivalent: ExplainedMutant = { ...tried(mutant, null), reason: 'equivalent: it is' };
const unexplained: ExplainedMutant = { ...tried(mutant, null), reason: null };

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const result = (more: Partial<MutationResult>): MutationResult => ({
  tried: [],
  excluded: [],
  paths: [],
  untrue: [],
  failing: [],
  cases: 1,
  seconds: 1,
  ...more,
});

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  return () => vi.restoreAllMocks();
});

const print = (results: readonly MutationResult[], targets = ['router']) =>
  printResult(results, { targets, list: false, stubs: false });

test('A run passes where 90 per cent are caught and each survivor has a reason.', () => {
  expect(print([result({ tried: [...times(9, caught), equivalent] })])).toBe(true);
  expect(printed.join('\n')).toContain('router: 9 of 10 caught (90.0 %)');
});

test('A run fails where fewer are caught, whatever the reasons.', () => {
  expect(print([result({ tried: [...times(89, caught), ...times(11, equivalent)] })])).toBe(false);
});

test('A run fails where one target is below its share, whatever the others make of the whole.', () => {
  const weak = times(5, { ...equivalent, target: 'evidence' });
  const results = [result({ tried: [...times(995, caught), ...weak] })];
  expect(print(results, ['router', 'evidence'])).toBe(false);
});

test('A run in which a target has no mutant fails.', () => {
  expect(print([result({ tried: times(10, caught) })], ['router', 'python'])).toBe(false);
  expect(print([])).toBe(false);
});

test('A survivor without a reason fails the run and is shown.', () => {
  expect(print([result({ tried: [...times(99, caught), unexplained] })])).toBe(false);
  expect(printed.join('\n')).toContain('NO REASON');
});

test.each([
  ['a reason that no survivor needs', { paths: ['packages/router/src/steps/08-rule.ts'] }],
  ['a case that fails without a mutant', { failing: [{ case: 'a/1', how: 'failed' }] }],
  [
    'an exclusion that is not true',
    { untrue: [{ path: 'a', start: 0, end: 1, unreachable: true, line: 1 }] },
  ],
])('A run fails for %s.', (_, more) => {
  expect(print([result({ tried: times(10, caught), ...more })])).toBe(false);
});
