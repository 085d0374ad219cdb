import { expect, test } from 'vitest';
import { explain, type SurvivorReason, unusedReasons } from '../../src/mutants/reasons.ts';
import { mutantOf, sourceOf, tried } from '../support/mutants.ts';

const source = sourceOf('packages/router/src/sample.ts', 'one two');
const mutant = mutantOf(source, 'one', 'x');
const other = mutantOf(source, 'two', 'x');
const reasons: readonly SurvivorReason[] = [
  { where: source.path, line: mutant.original, mutations: ['one -> x', 'two -> x'], reason: 'equivalent' },
];

test('A survivor has the reason of its line and its change.', () => {
  expect(explain(tried(mutant, null), reasons).reason).toBe('equivalent');
});

test.each([
  ['another change', { change: 'one -> y' }],
  ['another line', { original: 'three' }],
  ['another file', { path: 'packages/router/src/other.ts' }],
])('A reason does not explain %s.', (_, more) => {
  expect(explain(tried({ ...mutant, ...more }, null), reasons).reason).toBe(null);
});

test('What was caught needs no reason.', () => {
  expect(explain(tried(mutant, 'a/1'), reasons).reason).toBe(null);
});

test('A reason is unused as soon as one of its changes neither survives nor is excluded.', () => {
  expect(unusedReasons([mutant, other], [source.path], reasons)).toEqual([]);
  expect(unusedReasons([mutant], [source.path], reasons)).toEqual([
    { where: source.path, line: mutant.original, mutation: 'two -> x' },
  ]);
});

test('A reason in a source that was not tried whole is not judged.', () => {
  expect(unusedReasons([], [], reasons)).toEqual([]);
});
