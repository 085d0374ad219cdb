import { expect, test } from 'vitest';
import { decide, explain } from '../../src/index.ts';
import { makeFacts, makeInput, worldOf } from '../support.ts';
import { expectDenial, proxyThatThrows, revoked, thrower } from './hostile.ts';

const world = worldOf({});
const factsWithGetter = (name: string, get: () => unknown, rest = makeFacts()): object =>
  Object.defineProperty({ ...rest }, name, { enumerable: true, get });

const HOSTILE_FACTS: readonly (readonly [title: string, facts: unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['a list', []],
  ['a Map', new Map()],
  ['a revoked proxy', revoked()],
  ['a proxy that throws', proxyThatThrows(makeFacts())],
  ['inherited', Object.create(makeFacts())],
  ['a getter that throws', factsWithGetter('chain', thrower)],
  ['a list of bans that is revoked', { ...makeFacts(), banned_hashes: revoked() }],
  ['a list of bans with holes', { ...makeFacts(), banned_hashes: new Array(4) }],
  ['workers that are revoked', { ...makeFacts(), workers: revoked() }],
  ['a worker that is revoked', { ...makeFacts(), workers: { a: revoked() } }],
  ['a worker whose entry throws', { ...makeFacts(), workers: { a: proxyThatThrows() } }],
  ['a credential that throws', { ...makeFacts(), credential: proxyThatThrows() }],
  ['an approval that throws', { ...makeFacts(), approval: proxyThatThrows() }],
  ['a freeze that is revoked', { ...makeFacts(), frozen: revoked() }],
  ['a chain with an own __proto__', { ...makeFacts(), chain: JSON.parse('{"__proto__":1}') }],
  ['an own __proto__', JSON.parse('{"__proto__":{}}')],
  ['a boxed time', { ...makeFacts(), now: Object(makeFacts()['now']) }],
];

test.each(HOSTILE_FACTS)('Facts that are %s deny with DENY_INTERNAL_ERROR.', (_title, facts) => {
  expectDenial(decide(world, facts, makeInput()), 'DENY_INTERNAL_ERROR');
  expect(explain(world, facts, makeInput()).changes).toBeNull();
});

test('Facts with a member that throws still give the decision its time and id, in any order.', () => {
  const { now, decision_id } = makeFacts();
  for (const facts of [
    factsWithGetter('chain', thrower),
    { ...makeFacts(), workers: proxyThatThrows() },
    Object.defineProperties(factsWithGetter('chain', thrower, {}), {
      now: { enumerable: true, value: now },
      decision_id: { enumerable: true, value: decision_id },
    }),
  ]) {
    expect(decide(world, facts, makeInput())).toMatchObject({ timestamp: now, decided_at: now, decision_id });
  }
});

test('A fact that is not a text is not echoed.', () => {
  const decision = decide(world, { now: 7, decision_id: 'no id' }, makeInput());
  expect(decision).toMatchObject({ timestamp: null, decided_at: null, decision_id: null });
});

test('The function explain accepts facts and inputs that can be read only a few times.', () => {
  for (let times = 0; times < 12; times += 1) {
    const frugal = (target: object): object => {
      let left = times;
      return new Proxy(target, {
        ownKeys: (own) => {
          left -= 1;
          if (left < 0) throw new Error('read too often');
          return Reflect.ownKeys(own);
        },
      });
    };
    const held = worldOf({ rule: { decision: { escalation: { human_required_default: true } } } });
    for (const made of [world, held]) {
      expect(() => explain(made, frugal(makeFacts()), frugal(makeInput()))).not.toThrow();
    }
  }
});
