import { setImmediate } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { decide, explain } from '../../src/index.ts';
import { ALLOW, makeFacts, makeInput } from '../support.ts';
import { deep, expectDenial, gatedWorld, proxyThatThrows, revoked, thrower } from './hostile.ts';

const rejected = (): Promise<never> => Promise.reject(new Error('later'));
class Misled extends Promise<unknown> {
  override catch(): never {
    throw new Error('not caught');
  }
  // biome-ignore lint/suspicious/noThenProperty: a hostile promise is what this is
  override then(): never {
    throw new Error('not followed');
  }
}
const realm = createContext({});

const GATES: readonly (readonly [title: string, gate: unknown, code: string])[] = [
  ['throws', thrower, 'DENY_POLICY_GATE_ERROR'],
  [
    'throws nothing at all',
    () => {
      throw undefined;
    },
    'DENY_POLICY_GATE_ERROR',
  ],
  [
    'throws a proxy that throws',
    () => {
      throw proxyThatThrows();
    },
    'DENY_POLICY_GATE_ERROR',
  ],
  ['recurses for ever', forever, 'DENY_POLICY_GATE_ERROR'],
  ['is a revoked proxy of a function', revokedGate(), 'DENY_POLICY_GATE_ERROR'],
  ['is a class', class {}, 'DENY_POLICY_GATE_ERROR'],
  ['answers nothing', () => undefined, 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers null', () => null, 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a text', () => JSON.stringify(ALLOW), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers true', () => true, 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a promise', () => Promise.resolve(ALLOW), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a promise that rejects', rejected, 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  [
    'answers a promise of a misled class that rejects',
    () => new Misled((_, reject) => reject(new Error('later'))),
    'DENY_POLICY_GATE_INVALID_RESPONSE',
  ],
  [
    'answers a promise of another realm that rejects',
    () => runInContext('Promise.reject(new Error("later"))', realm),
    'DENY_POLICY_GATE_INVALID_RESPONSE',
  ],
  [
    'answers a promise that is dressed as a verdict and rejects',
    () => Object.assign(rejected(), ALLOW),
    'DENY_POLICY_GATE_INVALID_RESPONSE',
  ],
  [
    'is asynchronous',
    async () => {
      throw new Error('later');
    },
    'DENY_POLICY_GATE_INVALID_RESPONSE',
  ],
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is
  ['answers a thenable', () => ({ ...ALLOW, then: thrower }), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a revoked proxy', revoked, 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a proxy that throws', () => proxyThatThrows({ ...ALLOW }), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a getter that throws', () => answerWith(thrower), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers inherited members', () => Object.create(ALLOW), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  ['answers a lone surrogate', () => ({ ...ALLOW, reason: '\ud800' }), 'DENY_POLICY_GATE_INVALID_RESPONSE'],
  [
    'answers ten thousand levels',
    () => ({ ...ALLOW, reason: deep(10_000) }),
    'DENY_POLICY_GATE_INVALID_RESPONSE',
  ],
  ['answers that it throws', () => ({ throws: true }), 'DENY_POLICY_GATE_ERROR'],
];

function forever(): unknown {
  return [forever()];
}

function revokedGate(): unknown {
  const { proxy, revoke } = Proxy.revocable(() => ALLOW, {});
  revoke();
  return proxy;
}

const answerWith = (get: () => unknown): object =>
  Object.defineProperty({ ...ALLOW }, 'decision', { enumerable: true, get });

test.each(GATES)('A gate that %s leads to a denial.', (_title, gate, code) => {
  expectDenial(decide(gatedWorld(gate), makeFacts(), makeInput()), code);
});

test('No promise that a gate returns is left to reject unhandled.', async () => {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  const unhandled: string[] = [];
  process.on('unhandledRejection', (reason) => void unhandled.push(String(reason)));
  for (const [, gate] of GATES) decide(gatedWorld(gate), makeFacts(), makeInput());
  // A rejection of our own shows that the listener hears, and by then it has heard all those before.
  void Promise.reject(new Error('our own'));
  while (!unhandled.includes('Error: our own')) await setImmediate();
  process.removeAllListeners('unhandledRejection');
  for (const listener of others) process.on('unhandledRejection', listener);
  expect(unhandled).toEqual(['Error: our own']);
});

test('A verdict whose members answer differently each time is read once.', () => {
  let asked = 0;
  const gate = () => answerWith(() => (asked++ === 0 ? 'DENY' : 'ALLOW'));
  expectDenial(decide(gatedWorld(gate), makeFacts(), makeInput()), 'DENY_POLICY_GATE');
  expect(asked).toBe(1);
});

test('A verdict behind a proxy or in another order is a verdict.', () => {
  const { decision, policy_version, reason } = ALLOW;
  for (const answer of [
    new Proxy({ ...ALLOW }, {}),
    { reason, policy_version, decision },
    Object.freeze({ ...ALLOW }),
  ])
    expect(
      decide(
        gatedWorld(() => answer),
        makeFacts(),
        makeInput(),
      ).outcome,
    ).toBe('DISPATCH');
});

test.each(GATES)('The function explain survives a gate that %s', (_title, gate, code) => {
  expect(explain(gatedWorld(gate), makeFacts(), makeInput()).decision.deny_code).toBe(code);
});
