// Inputs: mostly valid, else with one or more damages.
import { LABELS, QOS, RISKS } from './ids.ts';
import type { RouteInput } from './input.ts';
import type { Obj } from './json.ts';
import { CAPABILITIES, TENANTS, WORDS } from './pools.ts';
import type { Rng } from './prng.ts';

/** What a valid request would be; the world is made to suit it. */
export function generateTarget(rng: Rng): RouteInput {
  return {
    capability_id: rng.pick(CAPABILITIES),
    env: rng.weighted([
      [30, 'dev'],
      [20, 'stage'],
      [30, 'prod'],
      [20, 'edge'],
    ]),
    data_label: rng.pick(LABELS),
    tenant_risk: rng.pick(RISKS),
    qos_class: rng.pick(QOS),
    tenant_id: rng.pick(TENANTS),
    correlation_id: `c-${rng.int(1000)}`,
  };
}

const request = (rng: Rng): Obj => ({
  text: rng.pick(WORDS),
  n: rng.pick([0, 1.5, 1e21, -7]),
  list: [null, true, { deep: [] }],
});

const radius = (rng: Rng): Obj =>
  Object.fromEntries(
    rng
      .some(['data', 'network', 'financial', 'time', 'reversibility'], 0.5)
      .map((name) => [name, rng.pick([0, 0, 1, 1, 2, 5])]),
  );

export function generateInput(rng: Rng, target: RouteInput, policyVersion: unknown): unknown {
  const input: Obj = {
    ...target,
    ...rng.maybe(0.5, 'request', () => request(rng)),
    ...rng.maybe(0.1, 'policy_version', () =>
      rng.chance(0.7) ? policyVersion : rng.pick(['policy.v9', '']),
    ),
    ...rng.maybe(0.15, 'blast_score', () => rng.pick([0, 3, 6, 8, 11, 25, 30, 100])),
    ...rng.maybe(0.15, 'blast_radius', () => radius(rng)),
    ...rng.maybe(0.1, 'privilege_context', () => ({ purpose: rng.pick(WORDS) })),
    ...rng.maybe(0.1, 'tenant_credential', () => rng.pick(['', 'eyJ.a.b'])),
    ...rng.maybe(0.2, 'dry_run', () => rng.chance(0.7)),
    ...rng.maybe(0.1, 'ext', () => ({ 'x.trace': { at: [1] } })),
  };
  return rng.chance(0.1) ? damaged(rng, input) : input;
}

function damaged(rng: Rng, input: Obj): unknown {
  if (rng.chance(0.05)) return rng.pick([null, [], 'text', 7, true, '\ud800', [input]]);
  if (rng.chance(0.12)) return withBlankIds(rng, input);
  if (rng.chance(0.006)) return { ...input, request: { text: 'x'.repeat(1024 * 1024) } };
  const times = rng.pick([1, 1, 1, 2, 3, 5]);
  return Array.from({ length: times }).reduce<Obj>((found) => rng.pick(DAMAGES)(rng, found), { ...input });
}

const BLANKS = ['', ' ', '\t \r\n'];

function withBlankIds(rng: Rng, input: Obj): Obj {
  const names = rng.pick([['tenant_id'], ['correlation_id'], ['tenant_id', 'correlation_id']]);
  return { ...input, ...Object.fromEntries(names.map((name) => [name, rng.pick(BLANKS)])) };
}

const REQUIRED = [
  'capability_id',
  'env',
  'data_label',
  'tenant_risk',
  'qos_class',
  'tenant_id',
  'correlation_id',
];
const OPTIONAL = [
  'request',
  'policy_version',
  'blast_score',
  'blast_radius',
  'privilege_context',
  'tenant_credential',
  'dry_run',
  'ext',
];

const WRONG_IDS = [
  'cap.doc_x.summarize',
  'cap.Doc.summarize',
  'cap.doc.summarize\n',
  'cap',
  'cap.',
  'cap.a.b.c.d',
  `cap.${'a'.repeat(61)}`,
  'wrk.doc.summarizer',
  'org.acme',
  'foo.bar',
  ' cap.doc.summarize',
  'cap..x',
];
const WRONG_OPAQUE = ['a b', 'a'.repeat(129), 'é', 'a\u0000', '\u00a0', ' x', '\u200b'];
const WRONG_VALUES = [
  null,
  0,
  -1,
  101,
  1.5,
  true,
  '',
  'prod ',
  'Prod',
  [],
  ['dev'],
  {},
  { dev: true },
  '\udc00tail',
  Number.POSITIVE_INFINITY,
];
/** Half of them are right, at the edge of what is. */
const EDGE_RADII = [
  { data: 6 },
  { data: -1 },
  { data: 1.5, network: '1' },
  { reversibility: 'reversible' },
  { time: null, other: 1 },
  { 'a/b~c': 0 },
  { data: ['\ud800'] },
  { data: '\ud800', financial: true },
  {},
  { data: 5, network: 5, financial: 5, time: 5, reversibility: 5 },
];
const STRANGE_NAMES = ['extra', 'Env', 'toString', 'constructor', 'a/b', 'm~n', '', 'two\nlines', 'é'];

const DAMAGES: readonly ((rng: Rng, input: Obj) => Obj)[] = [
  (rng, input) => without(input, rng.pick(REQUIRED)),
  (rng, input) => ({ ...input, [rng.pick(REQUIRED)]: rng.pick(WRONG_VALUES) }),
  (rng, input) => ({ ...input, [rng.pick(OPTIONAL)]: rng.pick(WRONG_VALUES) }),
  (rng, input) => ({ ...input, capability_id: rng.pick(WRONG_IDS) }),
  (rng, input) => ({ ...input, [rng.pick(['tenant_id', 'correlation_id'])]: rng.pick(WRONG_OPAQUE) }),
  withBlankIds,
  (rng, input) => ({ ...input, blast_radius: rng.pick(EDGE_RADII) }),
  (rng, input) => ({ ...input, [rng.pick(STRANGE_NAMES)]: rng.pick([1, null, '\ud800', ['\udfff', 1]]) }),
  (rng, input) => ({ ...input, [rng.pick(['request', 'ext', 'privilege_context'])]: notJson(rng) }),
  (rng, input) => ({
    ...input,
    [rng.pick(['request', 'ext', 'extra'])]: nested(rng, rng.pick([62, 63, 64, 70])),
  }),
  (rng, input) => withProto(rng.chance(0.5) ? input : { ...input, request: withProto({ a: 1 }) }),
  (rng, input) => (rng.chance(0.1) ? withManyMembers(input) : without(input, rng.pick(REQUIRED))),
  (rng, input) => (rng.chance(0.2) ? withLongName(rng, input) : { ...input, env: rng.pick(WRONG_VALUES) }),
];

const without = (input: Obj, name: string): Obj =>
  Object.fromEntries(Object.entries(input).filter(([key]) => key !== name));

const notJson = (rng: Rng): Obj => ({
  [rng.pick(['a', 'b/c', 'd~e'])]: rng.pick([
    '\ud800',
    ['ok', '\udc00'],
    [Number.POSITIVE_INFINITY],
    { x: '\ud83d' },
  ]),
  fine: rng.pick([1, 'x', '\u{1f600}', []]),
});

/** An object with that many levels below it, of lists and objects in turn. */
function nested(rng: Rng, levels: number): Obj {
  let inner: unknown = rng.pick([1, 'leaf', '\ud800']);
  for (let level = 1; level < levels; level += 1) inner = rng.chance(0.5) ? [inner, 0] : { n: inner };
  return { n: inner };
}

/** An own member of that name, as JSON text makes it. */
const withProto = (value: Obj): Obj =>
  Object.defineProperty({ ...value }, '__proto__', {
    value: { polluted: true },
    enumerable: true,
    configurable: true,
    writable: true,
  });

const withManyMembers = (input: Obj): Obj => ({
  ...input,
  ...Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`m${index}`, index])),
});

const withLongName = (rng: Rng, input: Obj): Obj => ({
  ...input,
  [rng.pick(['request', 'ext'])]: { ['k'.repeat(rng.pick([900, 1100]))]: { ['l'.repeat(200)]: '\ud800' } },
});
