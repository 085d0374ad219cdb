import { expect, test } from 'vitest';
import { compareRuns } from '../../clients/src/conformance/compare-runs.ts';
import type { Check } from '../../clients/src/conformance/suite.ts';

const check = (id: string, status: Check['status']): Check => ({ id, status });
const worse = (direct: readonly Check[], through: readonly Check[]) =>
  compareRuns(new Map([['s', direct]]), new Map([['s', through]])).flatMap((each) => each.worse).length;

test.each([
  ['the same', [check('a', 'SUCCESS')], [check('a', 'SUCCESS')], 0],
  ['a failure that is one direct as well', [check('a', 'FAILURE')], [check('a', 'FAILURE')], 0],
  ['a success where direct there is a failure', [check('a', 'FAILURE')], [check('a', 'SUCCESS')], 0],
  ['a failure', [check('a', 'SUCCESS')], [check('a', 'FAILURE')], 1],
  ['a warning', [check('a', 'SUCCESS')], [check('a', 'WARNING')], 1],
  ['a check that says it does not apply', [check('a', 'SUCCESS')], [check('a', 'INFO')], 1],
  ['a check that did not run', [check('a', 'SUCCESS')], [], 1],
  ['a failure of a check that direct did not run', [], [check('b', 'FAILURE')], 1],
  [
    'the second of two',
    [check('a', 'SUCCESS'), check('a', 'SUCCESS')],
    [check('a', 'SUCCESS'), check('a', 'FAILURE')],
    1,
  ],
] as const)('Through the gateway %s is counted for what it is.', (_, direct, through, count) => {
  expect(worse(direct, through)).toBe(count);
});

test('A scenario that ran in only one of both is worse.', () => {
  const run = new Map([['s', [check('a', 'SUCCESS')]]]);
  expect(compareRuns(run, new Map())[0]?.worse).toHaveLength(1);
  expect(compareRuns(new Map(), run)[0]?.worse).toHaveLength(1);
});
