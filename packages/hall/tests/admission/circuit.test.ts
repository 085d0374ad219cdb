import { expect, test } from 'vitest';
import { Circuit } from '../../src/admission/circuit.ts';

/** A circuit that opens after two failures, and a clock that the test moves. */
function circuitOf() {
  let now = 1_000_000;
  const circuit = new Circuit({ failures: 2, cooldown_ms: 100 }, () => now);
  const call = (sign: 'works' | 'fails' | 'nothing') => circuit.enter()?.(sign);
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { circuit, call, pass };
}

/** A circuit that has just opened. */
function opened() {
  const made = circuitOf();
  made.call('fails');
  made.call('fails');
  return made;
}

test('Failures in a row open a circuit, and a success begins to count anew.', () => {
  const { circuit, call } = circuitOf();
  call('fails');
  call('works');
  call('fails');
  expect(circuit.lets).toBe(true);
  call('fails');
  expect([circuit.lets, circuit.enter(), circuit.restsFor]).toEqual([false, null, 100]);
});

test('A call that shows nothing of the worker neither counts nor excuses a failure.', () => {
  const { circuit, call } = circuitOf();
  call('fails');
  for (let index = 0; index < 5; index += 1) call('nothing');
  expect(circuit.lets).toBe(true);
  call('fails');
  expect(circuit.lets).toBe(false);
});

test('Time alone makes a circuit half open, and says until when it is not.', () => {
  const { circuit, pass } = opened();
  pass(99);
  expect([circuit.lets, circuit.restsFor]).toEqual([false, 1]);
  pass(1);
  expect([circuit.lets, circuit.restsFor]).toEqual([true, 0]);
});

test('One trial at a time passes; where it works all calls pass, where it fails the next cool-down begins.', () => {
  const { circuit, call, pass } = opened();
  pass(100);
  const leave = circuit.enter();
  expect([circuit.lets, circuit.enter()]).toEqual([false, null]);
  leave?.('fails');
  expect([circuit.lets, circuit.restsFor]).toEqual([false, 100]);
  pass(100);
  call('works');
  expect(circuit.lets).toBe(true);
  call('fails');
  expect(circuit.lets).toBe(true);
});

test('A trial that shows nothing closes nothing: the next call is a trial too.', () => {
  const { circuit, call, pass } = opened();
  pass(100);
  call('nothing');
  expect(circuit.lets).toBe(true);
  call('fails');
  expect(circuit.lets).toBe(false);
});

test('What began before it opened neither closes it nor makes the cool-down longer.', () => {
  const { circuit, pass } = circuitOf();
  const [one, two, late, later] = Array.from({ length: 4 }, () => circuit.enter());
  one?.('fails');
  two?.('fails');
  pass(50);
  late?.('works');
  later?.('fails');
  expect([circuit.lets, circuit.restsFor]).toEqual([false, 50]);
});
