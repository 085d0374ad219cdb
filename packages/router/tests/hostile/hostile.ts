// What nobody should send, and does.
import type { RouteDecision } from '@wcp/spec';
import { expect } from 'vitest';
import type { PolicyGate, World } from '../../src/index.ts';
import { makeInput, type Scene, worldOf } from '../support.ts';

export const GATED: Scene = { rule: { decision: { escalation: { policy_gate: true } } } };
export const gatedWorld = (gate: unknown): World => worldOf({ ...GATED, gate: gate as PolicyGate });

/** Everything that may come out of `decide` for something that is no request, no facts or no world. */
export function expectDenial(decision: RouteDecision, code: string): void {
  expect(decision.outcome).toBe('DENY');
  expect(decision.deny_code).toBe(code);
  expect(() => JSON.stringify(decision)).not.toThrow();
}

export const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

export const thrower = (): never => {
  throw new Error('unreadable');
};

export const withGetter = (name: string, get: () => unknown): object =>
  Object.defineProperty({ ...makeInput() }, name, { enumerable: true, get });

export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

export function proxyThatThrows(target: object = {}): object {
  const trap = (): never => {
    throw new Error('trapped');
  };
  return new Proxy(target, {
    get: trap,
    has: trap,
    ownKeys: trap,
    getOwnPropertyDescriptor: trap,
    getPrototypeOf: trap,
  });
}

const circular: Record<string, unknown> = makeInput();
circular['request'] = { self: circular };
/** The hostile inputs of section 3, one by one. */
export const HOSTILE: readonly (readonly [title: string, input: unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['a BigInt', 10n],
  ['a number', 7],
  ['NaN', Number.NaN],
  ['a text', JSON.stringify(makeInput())],
  ['a symbol', Symbol('input')],
  ['a function', () => makeInput()],
  ['a list', [makeInput()]],
  ['a Map', new Map(Object.entries(makeInput()))],
  ['a Date', new Date(0)],
  ['an object with only inherited members', Object.create(makeInput())],
  ['an object with members that are not enumerable', hidden()],
  ['a BigInt inside', makeInput({ request: { n: 10n } })],
  ['NaN inside', makeInput({ request: { n: Number.NaN } })],
  ['infinity inside', makeInput({ request: { n: Number.POSITIVE_INFINITY } })],
  ['undefined inside', { ...makeInput(), request: undefined }],
  ['a function inside', makeInput({ ext: { f: () => 1 } })],
  ['a hole inside', makeInput({ request: { list: new Array(3) } })],
  ['a circle', circular],
  ['a getter of a proxy that throws', withGetter('request', () => proxyThatThrows())],
  ['a required getter that throws', withGetter('tenant_id', thrower)],
  ['an own __proto__', JSON.parse('{"__proto__":{"env":"dev"}}')],
  ['an own __proto__ beside sound members', { ...makeInput(), ['__proto__']: {} }],
  ['an own __proto__ inside', { ...makeInput(), request: JSON.parse('{"__proto__":{"a":1}}') }],
  ['ten thousand levels', makeInput({ request: { deep: deep(10_000) } })],
  ['a hundred thousand levels', makeInput({ request: { deep: deep(100_000) } })],
  ['a lone surrogate', makeInput({ request: { text: '\ud800' } })],
  ['a lone surrogate in a name', makeInput({ request: { '\udc00': 1 } })],
  ['a lone surrogate in an id', makeInput({ correlation_id: 'corr-\ud800' })],
  ['a revoked proxy', revoked()],
  ['a revoked proxy inside', { ...makeInput(), request: revoked() }],
  ['a proxy that throws', proxyThatThrows(makeInput())],
  ['a proxy that throws inside', { ...makeInput(), request: proxyThatThrows() }],
  ['a proxy with a member that is not there', new Proxy({}, { ownKeys: () => ['env'] })],
  ['more than a mebibyte', makeInput({ request: { text: 'x'.repeat(1_048_576) } })],
  ['a text with toJSON', { ...makeInput(), request: { toJSON: () => ({}) } }],
  ['a boxed text', { ...makeInput(), env: Object('dev') }],
];

function hidden(): object {
  const input = {};
  for (const [name, value] of Object.entries(makeInput())) Object.defineProperty(input, name, { value });
  return input;
}
