import { describe, expect, test } from 'vitest';
import type { Fixtures } from '../../src/fixtures/conformance-case.ts';
import { exitCode } from '../../src/report/exit-code.ts';
import { levelCounts, levelReached } from '../../src/report/level.ts';

const required = (basic: string[], standard: string[], full: string[]): Fixtures => ({
  revision: '0.2',
  digest: '',
  cases: [],
  untested: {},
  statements: {},
  required: { basic, standard: [...basic, ...standard], full: [...basic, ...standard, ...full] },
});
const reached = (fixtures: Fixtures, passed: string[]) =>
  levelReached(levelCounts(fixtures, new Set(passed)));

describe('conformance levels (WCP-11-10)', () => {
  const three = required(['a'], ['b'], ['c', 'd']);

  test.each([
    [['a', 'b', 'c', 'd'], 'full'],
    [['a', 'b', 'c'], 'standard'],
    [['a', 'c', 'd'], 'basic'],
    [['b', 'c', 'd'], null],
    [[], null],
  ])('Where the cases %j passed, the conformance level is %s.', (passed, level) => {
    expect(reached(three, passed)).toBe(level);
  });

  test('A conformance level without cases is not reached.', () => {
    expect(reached(required([], [], []), [])).toBe(null);
    expect(reached(required(['a'], [], ['b']), ['a', 'b'])).toBe('basic');
  });
});

describe('the exit status', () => {
  test('The exit status is 0 as expected, 1 for something unexpected, 2 for a command that cannot be run.', () => {
    const problem = (code: 'silent' | 'command_not_found') => [{ code, message: 'x' }];
    expect(exitCode({ unexpected: 0, problems: [] })).toBe(0);
    expect(exitCode({ unexpected: 1, problems: [] })).toBe(1);
    expect(exitCode({ unexpected: 1, problems: problem('silent') })).toBe(1);
    expect(exitCode({ unexpected: 18, problems: problem('command_not_found') })).toBe(2);
  });
});
