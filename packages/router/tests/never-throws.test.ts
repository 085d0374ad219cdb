import { setImmediate } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';
import { type RouteDecision, readCanonical } from '@wcp/spec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeRules, compileWorld, decide, explain, type PolicyGate, type World } from '../src/index.ts';
import {
  ALLOW,
  documentsOf,
  makeFacts,
  makeInput,
  makeRecord,
  makeRule,
  type Scene,
  worldOf,
} from './support.ts';

const RUNS = 1_000;
const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 4,
});
const world = worldOf({});
const GATED: Scene = { rule: { decision: { escalation: { policy_gate: true } } } };
const gatedWorld = (gate: unknown): World => worldOf({ ...GATED, gate: gate as PolicyGate });

/** Everything that may come out of `decide` for something that is no request, no facts or no world. */
function expectDenial(decision: RouteDecision, code: string): void {
  expect(decision.outcome).toBe('DENY');
  expect(decision.deny_code).toBe(code);
  expect(() => JSON.stringify(decision)).not.toThrow();
}

test('decide takes any input at all', () => {
  fc.assert(
    fc.property(anything, (input) => expectDenial(decide(world, makeFacts(), input), 'DENY_INVALID_INPUT')),
    { numRuns: RUNS },
  );
});

test('decide takes any value in any member of an input', () => {
  const names = [...Object.keys(makeInput()), 'blast_radius', 'blast_score', 'dry_run', 'ext', 'other'];
  fc.assert(
    fc.property(fc.constantFrom(...names), anything, (name, value) => {
      expect(['DISPATCH', 'DENY', 'STEWARD_HOLD']).toContain(
        decide(world, makeFacts(), { ...makeInput(), [name]: value }).outcome,
      );
    }),
    { numRuns: RUNS },
  );
});

test('decide takes any facts, and denies what has not their form with DENY_INTERNAL_ERROR', () => {
  fc.assert(
    fc.property(anything, (facts) => expectDenial(decide(world, facts, makeInput()), 'DENY_INTERNAL_ERROR')),
    { numRuns: RUNS },
  );
});

test('decide takes any value in any member of the facts', () => {
  const names = [
    'now',
    'decision_id',
    'workers',
    'banned_hashes',
    'chain',
    'credential',
    'approval',
    'frozen',
    'x',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...names), anything, (name, value) => {
      const decision = decide(world, { ...makeFacts(), [name]: value }, makeInput());
      expect(['DISPATCH', 'DENY']).toContain(decision.outcome);
    }),
    { numRuns: RUNS },
  );
});

test('decide takes any world, and denies under what compileWorld did not make', () => {
  const worlds = [
    null,
    undefined,
    {},
    7,
    'world',
    new Proxy(world, {}),
    structuredClone(world),
    { ...world },
    Object.create(world),
    revoked(),
    proxyThatThrows(),
  ];
  for (const other of worlds) {
    expectDenial(decide(other as World, makeFacts(), makeInput()), 'DENY_HALL_MISCONFIGURED');
  }
  fc.assert(
    fc.property(anything, (other) =>
      expectDenial(decide(other as World, makeFacts(), makeInput()), 'DENY_HALL_MISCONFIGURED'),
    ),
    { numRuns: RUNS },
  );
});

test('compileWorld takes any documents', () => {
  fc.assert(
    fc.property(anything, (documents) => {
      const made = compileWorld(documents as object);
      expect(['DENY_HALL_MISCONFIGURED', 'DENY_NO_MATCHING_RULE']).toContain(
        decide(made, makeFacts(), makeInput()).deny_code,
      );
    }),
    { numRuns: RUNS },
  );
});

test.each(['rules', 'workers', 'config', 'catalogVersion'])('compileWorld takes any value as %s', (name) => {
  fc.assert(
    fc.property(anything, (document) => {
      const made = compileWorld({ ...documentsOf({}), [name]: document });
      expect(decide(made, makeFacts(), makeInput()).outcome).toBe(
        // What is refused denies; an empty list of rules or configuration is none.
        isEmpty(name, document) ? 'DISPATCH' : 'DENY',
      );
    }),
    { numRuns: RUNS },
  );
});

function isEmpty(name: string, document: unknown): boolean {
  if (name !== 'config' && name !== 'catalogVersion') return false;
  return document === undefined || (name === 'config' && readCanonical(document).text === '{}');
}

test.each(['rule', 'record', 'config'])('compileWorld takes any value in any member of a %s', (part) => {
  const names = {
    rule: ['rule_id', 'match', 'decision', 'description', 'more'],
    record: [...Object.keys(makeRecord()), 'owner', 'required_controls', 'catalog_version_min', 'ext'],
    config: [
      'require_signatory',
      'allowed_tenants',
      'blast',
      'privilege_policy',
      'approval',
      'profile',
      'more',
    ],
  }[part] as string[];
  fc.assert(
    fc.property(fc.constantFrom(...names), anything, (name, value) => {
      const documents = {
        rule: () => ({ ...documentsOf({}), rules: [{ ...makeRule(), [name]: value }] }),
        record: () => ({ ...documentsOf({}), workers: [{ ...makeRecord(), [name]: value }] }),
        config: () => ({ ...documentsOf({}), config: { [name]: value } }),
      }[part] as () => object;
      const decision = decide(compileWorld(documents()), makeFacts(), makeInput());
      expect(['DISPATCH', 'DENY', 'STEWARD_HOLD']).toContain(decision.outcome);
    }),
    { numRuns: RUNS },
  );
});

test.each<[string, unknown]>([
  ['null', null],
  ['no options', undefined],
  ['a text', 'options'],
  ['a gate that is none', { policyGate: 'gate' }],
  ['an inherited gate', Object.create({ policyGate: () => ALLOW })],
  ['a proxy that throws', proxyThatThrows()],
])('options that are %s make no gate', (_title, options) => {
  const made = compileWorld(documentsOf(GATED), options as object);
  expect(['DENY_POLICY_GATE_UNCONFIGURED', 'DENY_HALL_MISCONFIGURED']).toContain(
    decide(made, makeFacts(), makeInput()).deny_code,
  );
});

test('a gate may answer anything', () => {
  fc.assert(
    fc.property(anything, (answer) => {
      expectDenial(
        decide(
          gatedWorld(() => answer),
          makeFacts(),
          makeInput(),
        ),
        gateCode(answer),
      );
      const facts = { ...makeFacts(), policy: answer };
      const decision = decide(gatedWorld(null), facts, makeInput());
      // An undefined member is not JSON, so the facts have not their form.
      expectDenial(decision, answer === undefined ? 'DENY_INTERNAL_ERROR' : gateCode(answer));
    }),
    { numRuns: RUNS },
  );
});

const gateCode = (answer: unknown): string =>
  JSON.stringify(answer, refuseBigInt) === '{"throws":true}'
    ? 'DENY_POLICY_GATE_ERROR'
    : 'DENY_POLICY_GATE_INVALID_RESPONSE';
const refuseBigInt = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? '' : value);

test('analyzeRules throws nothing but a WcpError', () => {
  fc.assert(
    fc.property(anything, (rules) => {
      try {
        analyzeRules(rules);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_WCP_DOCUMENT' });
      }
    }),
    { numRuns: RUNS },
  );
});

// --- the hostile inputs of section 3, one by one

const circular: Record<string, unknown> = makeInput();
circular['request'] = { self: circular };
const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
const withGetter = (name: string, get: () => unknown): object =>
  Object.defineProperty({ ...makeInput() }, name, { enumerable: true, get });

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function proxyThatThrows(target: object = {}): object {
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

const HOSTILE: readonly (readonly [title: string, input: unknown])[] = [
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
  ['a getter that throws', withGetter('request', proxyThatThrows as never)],
  ['a required getter that throws', withGetter('tenant_id', proxyThatThrows.bind(null, 7 as never) as never)],
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

test.each(HOSTILE)(
  'an input that is %s is DENY_INVALID_INPUT, and nothing leaks into the next decision',
  (_title, input) => {
    const before = JSON.stringify(decide(world, makeFacts(), makeInput()));
    const decision = decide(world, makeFacts(), input);
    expectDenial(decision, 'DENY_INVALID_INPUT');
    expect(decision.deny_reason_if_denied?.findings?.length).toBeGreaterThan(0);
    expect(JSON.stringify(decide(world, makeFacts(), makeInput()))).toBe(before);
  },
);

test('a member that answers differently each time is read once', () => {
  let asked = 0;
  const input = withGetter('env', () => ['dev', 'prod', 'edge'][asked++]);
  const decision = decide(world, makeFacts(), input);
  expect(decision).toMatchObject({ outcome: 'DISPATCH', env: 'dev' });
  expect(asked).toBe(1);
});

// --- hostile facts

const factsWithGetter = (name: string, get: () => unknown, rest = makeFacts()): object =>
  Object.defineProperty({ ...rest }, name, { enumerable: true, get });
const thrower = (): never => {
  throw new Error('unreadable');
};

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

test.each(HOSTILE_FACTS)('facts that are %s are DENY_INTERNAL_ERROR', (_title, facts) => {
  expectDenial(decide(world, facts, makeInput()), 'DENY_INTERNAL_ERROR');
  expect(explain(world, facts, makeInput()).changes).toBeNull();
});

test('facts with a member that throws still give the decision its time and id, wherever they stand', () => {
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

test('a fact that is no text is not echoed', () => {
  const decision = decide(world, { now: 7, decision_id: 'no id' }, makeInput());
  expect(decision).toMatchObject({ timestamp: null, decided_at: null, decision_id: null });
});

// --- hostile gates

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

test.each(GATES)('a gate that %s denies', (_title, gate, code) => {
  expectDenial(decide(gatedWorld(gate), makeFacts(), makeInput()), code);
});

test('no promise that a gate answered is left to reject unhandled', async () => {
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

test('a verdict whose members answer differently each time is read once', () => {
  let asked = 0;
  const gate = () => answerWith(() => (asked++ === 0 ? 'DENY' : 'ALLOW'));
  expectDenial(decide(gatedWorld(gate), makeFacts(), makeInput()), 'DENY_POLICY_GATE');
  expect(asked).toBe(1);
});

test('a verdict behind a proxy or in another order is a verdict', () => {
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

// --- a stack that is nearly full

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

test('decide does not throw on a stack of which a tenth is left, and decides as ever', () => {
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

test('whatever is left of the stack, a full one never turns a denial into a dispatch', () => {
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

// --- explain

test('explain takes any world, facts and input', () => {
  fc.assert(
    fc.property(anything, anything, anything, (other, facts, input) => {
      expect(explain(world, makeFacts(), input).decision.deny_code).toBe('DENY_INVALID_INPUT');
      expect(explain(world, facts, makeInput()).decision.deny_code).toBe('DENY_INTERNAL_ERROR');
      expect(explain(other as World, facts, input).changes).toBeNull();
    }),
    { numRuns: 300 },
  );
});

test.each(HOSTILE)('explain takes an input that is %s', (_title, input) => {
  const { decision, changes } = explain(world, makeFacts(), input);
  expect(decision.deny_code).toBe('DENY_INVALID_INPUT');
  expect(changes).toBeNull();
});

test.each(GATES)('explain takes a gate that %s', (_title, gate, code) => {
  expect(explain(gatedWorld(gate), makeFacts(), makeInput()).decision.deny_code).toBe(code);
});

test('explain takes facts and inputs that can be read only a few times', () => {
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
