import { expect, test } from 'vitest';
import { decide, explain } from '../../src/index.ts';
import { makeFacts, makeInput, worldOf } from '../support.ts';
import { expectDenial, HOSTILE, withGetter } from './hostile.ts';

const world = worldOf({});

test.each(HOSTILE)(
  'An input that is %s denies with DENY_INVALID_INPUT, and nothing carries over into the next decision.',
  (_title, input) => {
    const before = JSON.stringify(decide(world, makeFacts(), makeInput()));
    const decision = decide(world, makeFacts(), input);
    expectDenial(decision, 'DENY_INVALID_INPUT');
    expect(decision.deny_reason_if_denied?.findings?.length).toBeGreaterThan(0);
    expect(JSON.stringify(decide(world, makeFacts(), makeInput()))).toBe(before);
  },
);

test('A member that answers differently each time is read once.', () => {
  let asked = 0;
  const input = withGetter('env', () => ['dev', 'prod', 'edge'][asked++]);
  const decision = decide(world, makeFacts(), input);
  expect(decision).toMatchObject({ outcome: 'DISPATCH', env: 'dev' });
  expect(asked).toBe(1);
});

test.each(HOSTILE)('The function explain accepts an input that is %s', (_title, input) => {
  const { decision, changes } = explain(world, makeFacts(), input);
  expect(decision.deny_code).toBe('DENY_INVALID_INPUT');
  expect(changes).toBeNull();
});
