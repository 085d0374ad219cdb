// A stack that is nearly full.
import { expect, test } from 'vitest';
import { decide } from '../../src/index.ts';
import { GATED, gatedWorld } from '../hostile/hostile.ts';
import { ALLOW, makeFacts, makeInput, type Scene, worldOf } from '../support.ts';

/** Calls `act` at this depth of a recursion. */
function dive<T>(depth: number, act: () => T): T {
  return depth === 0 ? act() : dive(depth - 1, act);
}

function deepest(): number {
  let depth = 1_000;
  for (;;) {
    try {
      dive(depth, () => 0);
      depth = Math.ceil(depth * 1.05);
    } catch {
      return depth / 1.05;
    }
  }
}

test('With a tenth of the stack left decide does not throw and decides as always.', () => {
  const scenes: readonly Scene[] = [
    {},
    { input: { env: 'moon' } },
    { rule: { decision: { escalation: { human_required_default: true } } } },
    { ...GATED, gate: () => ALLOW },
  ];
  const bottom = deepest();
  for (const scene of scenes) {
    const made = worldOf(scene);
    const [facts, input] = [makeFacts(scene.facts), makeInput(scene.input)];
    const expected = decide(made, facts, input);
    for (const part of [0.1, 0.5, 0.8, 0.9]) {
      expect(dive(Math.floor(bottom * part), () => decide(made, facts, input))).toEqual(expected);
    }
  }
});

test('A full stack never turns a denial into a dispatch.', () => {
  const gated = gatedWorld(() => ({ ...ALLOW, decision: 'DENY' }));
  const bottom = deepest();
  const seen = new Set<unknown>();
  let error: unknown;
  for (let depth = Math.floor(bottom * 0.8); error === undefined; depth += 5) {
    try {
      seen.add(dive(depth, () => decide(gated, makeFacts(), makeInput()).deny_code));
    } catch (thrown) {
      error = thrown;
    }
  }
  expect(error).toBeInstanceOf(RangeError);
  expect(seen).toContain('DENY_POLICY_GATE');
  expect([...seen].every((code) => typeof code === 'string')).toBe(true);
});
