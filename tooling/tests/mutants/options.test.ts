import { expect, test } from 'vitest';
import { readOptions } from '../../src/mutants/options.ts';

test('Every target is mutated where none is named.', () => {
  expect(readOptions([]).targets).toEqual(['router', 'evidence', 'python']);
  expect(readOptions(['--target', 'python']).targets).toEqual(['python']);
});

test.each([
  [['--target', 'pyhton'], '--target is one of router, evidence, python, not "pyhton".'],
  [['--sample', 'many'], '--sample is a whole number from 1, not "many".'],
  [['--sample', '0'], '--sample is a whole number from 1, not "0".'],
  [['--lanes', '-1'], /lanes/],
  [['--only'], /only/],
  [['--all'], /all/],
])('The options %j are refused.', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
