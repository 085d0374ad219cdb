import { DATA_LABELS, ENVS, type Match, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeRules } from '../../src/index.ts';
import { decideScene, makeRule, worldOf } from '../support.ts';

const rulesOf = (...matches: unknown[]): unknown[] =>
  matches.map((match, index) => ({ ...makeRule(), rule_id: `r${index}`, match }));
const dead = (...matches: unknown[]): [string, readonly string[]][] =>
  analyzeRules(rulesOf(...matches)).map(({ rule_id, covered_by }) => [rule_id, covered_by]);

const A = 'cap.doc.summarize';
const B = 'cap.mem.retrieve';

/** Each row: the matches in their order, and which of them are dead, covered by which. */
const CASES: readonly (readonly [title: string, matches: readonly unknown[], dead: readonly unknown[]])[] = [
  ['no rules have no dead one', [], []],
  ['a rule alone is alive', [{}], []],
  ['a rule after a catch-all is dead', [{}, { env: 'dev' }], [['r1', ['r0']]]],
  ['two catch-alls: the second is dead', [{}, {}], [['r1', ['r0']]]],
  ['the same match twice', [{ env: 'dev' }, { env: { eq: 'dev' } }], [['r1', ['r0']]]],
  ['{any: true} is a catch-all', [{ env: { any: true } }, { env: 'dev' }], [['r1', ['r0']]]],
  ['all values of an enum are a catch-all', [{ env: { in: [...ENVS] } }, {}], [['r1', ['r0']]]],
  ['a narrower rule first kills nothing', [{ env: 'dev' }, {}], []],
  [
    'earlier rules cover together',
    [{ env: { in: ['dev', 'stage'] } }, { env: 'prod' }, { env: 'edge' }, { qos_class: 'P0' }],
    [['r3', ['r0', 'r1', 'r2']]],
  ],
  [
    'a rule that only loses a part is no finding',
    [{ env: { in: ['dev', 'stage'] } }, { env: 'prod' }, { qos_class: 'P0' }],
    [],
  ],
  [
    'two members cover a third across each other',
    [
      { env: { in: ['dev', 'stage'] }, qos_class: 'P0' },
      { env: { in: ['prod', 'edge'] } },
      { qos_class: 'P0' },
    ],
    [['r2', ['r0', 'r1']]],
  ],
  ['a capability is taken by a rule for any', [{}, { capability_id: A }], [['r1', ['r0']]]],
  ['a rule for any capability outlives one for each that is named', [{ capability_id: A }, {}], []],
  [
    'all capabilities that are named are not all: one further value counts',
    [{ capability_id: { in: [A, B] } }, { capability_id: { any: true } }],
    [],
  ],
  [
    'a rule for named capabilities dies under those',
    [{ capability_id: A }, { capability_id: B }, { capability_id: { in: [B, A] } }],
    [['r2', ['r0', 'r1']]],
  ],
  ['a rule for two capabilities lives on one', [{ capability_id: A }, { capability_id: { in: [A, B] } }], []],
  ['a tenant is taken by a rule for any', [{}, { tenant_id: 'ada' }], [['r1', ['r0']]]],
  ['all tenants that are named are not all', [{ tenant_id: { in: ['ada', 'bob'] } }, {}], []],
  [
    'tenants are sets',
    [
      { tenant_id: 'ada' },
      { tenant_id: 'bob', env: 'dev' },
      { tenant_id: { in: ['ada', 'bob'] }, env: 'dev' },
    ],
    [['r2', ['r0', 'r1']]],
  ],
  [
    'capabilities and tenants cross: both arms are needed',
    [{ capability_id: A }, { tenant_id: 'ada' }, { capability_id: { in: [A, B] }, tenant_id: 'ada' }],
    [['r2', ['r0', 'r1']]],
  ],
  [
    'capabilities and tenants cross: one arm lacks',
    [
      { capability_id: A },
      { tenant_id: 'ada' },
      { capability_id: { in: [A, B] }, tenant_id: { in: ['ada', 'bob'] } },
    ],
    [],
  ],
  [
    'a catch-all in the middle is covered by nothing and covers what follows, with those before it',
    [{ capability_id: A, tenant_id: 'ada' }, { tenant_id: 'bob' }, {}, { env: 'dev' }],
    [['r3', ['r0', 'r1', 'r2']]],
  ],
  [
    'a rule that takes nothing of the dead one does not cover it',
    [{ env: 'prod' }, { capability_id: B }, { env: 'dev' }, { capability_id: A, env: 'dev' }],
    [['r3', ['r2']]],
  ],
  [
    'an earlier dead rule covers nothing',
    [{ env: 'dev' }, { env: 'dev' }, { env: 'dev' }],
    [
      ['r1', ['r0']],
      ['r2', ['r0']],
    ],
  ],
  [
    'for any capability of one tenant, each named capability counts',
    [{ capability_id: A, tenant_id: 'ada' }, { tenant_id: { in: ['ada', 'bob'] } }, { tenant_id: 'ada' }],
    [['r2', ['r0', 'r1']]],
  ],
  [
    'for one capability of any tenant, each named tenant counts',
    [
      { tenant_id: 'ada' },
      { capability_id: A, tenant_id: 'bob' },
      { capability_id: A },
      { capability_id: { eq: A } },
    ],
    [['r3', ['r0', 'r1', 'r2']]],
  ],
];

test.each(CASES)('Dead rules are found exactly: %s', (_title, matches, expected) => {
  expect(dead(...matches)).toEqual(expected);
});

test('A finding gives the position of the rule, and the document may be a list or an object.', () => {
  const expected = [{ code: 'RULE_DEAD', rule_id: 'r1', position: 1, covered_by: ['r0'] }];
  expect(analyzeRules(rulesOf({}, {}))).toEqual(expected);
  expect(analyzeRules({ rules: rulesOf({}, {}) })).toEqual(expected);
});

test('Rules with errors are refused with ERR_WCP_DOCUMENT, which says where.', () => {
  expect(() => analyzeRules(rulesOf({ env: 'moon' }, { planet: 'mars' }))).toThrow(
    expect.objectContaining({
      code: 'ERR_WCP_DOCUMENT',
      message: expect.stringMatching(/\/0\/match\/env: .*\n\/1\/match\/planet: /s),
    }),
  );
});

test('A dead rule is a diagnostic of level error that names the covering rules, and the world is not broken.', () => {
  const world = worldOf({
    rules: () => rulesOf({ env: { in: ['dev', 'stage'] } }, { env: 'prod' }, { env: 'dev' }),
  });
  expect(world.diagnostics).toEqual([
    {
      level: 'error',
      code: 'RULE_DEAD',
      path: '/rules/2',
      message: 'Rule "r2" can never match: "r0" take every request first.',
    },
  ]);
});

test.each([
  ['dev', null],
  ['stage', null],
  ['prod', 'DENY_SHADOW_RULES_DETECTED'],
  ['edge', 'DENY_SHADOW_RULES_DETECTED'],
])('In a world with a dead rule, %s gives %s, whichever rule would match.', (env, code) => {
  const rules = () => rulesOf({}, { capability_id: B });
  expect(decideScene({ rules, input: { env } }).deny_code).toBe(code);
});

// --- against brute force: every input of a small universe, one by one

const universe = (names: readonly string[], other: string): readonly string[] => [...names, other];
const CAPABILITIES = ['cap.a.a', 'cap.a.b', 'cap.a.c', 'x.ada.own.one'];
const TENANTS = ['t1', 't2', 't3', 't4', 't5'];

const condition = (values: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant({ any: true }) },
    { weight: 2, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.record({ eq: fc.constantFrom(...values) }) },
    { weight: 4, arbitrary: fc.record({ in: fc.subarray([...values], { minLength: 1 }) }) },
  );
const match = fc
  .record({
    capability_id: condition(CAPABILITIES),
    tenant_id: condition(TENANTS),
    env: condition(ENVS),
    qos_class: condition(['P0', 'P1', 'P2', 'P3']),
  })
  .map((members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));

function takes(condition: unknown, value: string): boolean {
  if (condition === undefined) return true;
  if (typeof condition === 'string') return condition === value;
  const { eq, in: list, any } = condition as { eq?: string; in?: string[]; any?: true };
  return any === true || eq === value || list?.includes(value) === true;
}

/** One input after the other: which rules win none, and who wins theirs. */
function bruteForce(matches: readonly Match[]): [string, string[]][] {
  const winners = matches.map(() => new Set<number>());
  for (const capability_id of universe(CAPABILITIES, 'cap.other.one')) {
    for (const tenant_id of universe(TENANTS, 'other')) {
      for (const env of ENVS) {
        for (const qos_class of QOS_CLASSES) {
          const input = { capability_id, tenant_id, env, qos_class };
          const taking = matches.flatMap((each, index) =>
            Object.entries(input).every(([name, value]) => takes(each[name as keyof Match], value))
              ? [index]
              : [],
          );
          for (const index of taking) winners[index]?.add(taking[0] as number);
        }
      }
    }
  }
  return winners.flatMap((won, index) =>
    won.has(index)
      ? []
      : [[`r${index}`, [...won].sort((a, b) => a - b).map((each) => `r${each}`)] as [string, string[]]],
  );
}

test('The dead rules and the rules that cover them are those that brute force over every input finds.', () => {
  let found = 0;
  let together = 0;
  fc.assert(
    fc.property(fc.array(match, { minLength: 1, maxLength: 9 }), (matches) => {
      const expected = bruteForce(matches as Match[]);
      found += expected.length;
      together += expected.filter(([, by]) => by.length > 1).length;
      expect(dead(...matches)).toEqual(expected);
    }),
    { numRuns: 1_500 },
  );
  // Otherwise the property would say little.
  expect(found).toBeGreaterThan(100);
  expect(together).toBeGreaterThan(20);
});

test('A thousand rules for a thousand tenants are analysed in little time, and the last is dead.', () => {
  const cells = ENVS.flatMap((env) =>
    DATA_LABELS.flatMap((data_label) =>
      TENANT_RISKS.map((tenant_risk) => ({ env, data_label, tenant_risk })),
    ),
  );
  const many = Array.from({ length: 1_000 }, (_, index) => ({ tenant_id: `t${index}` }));
  const found = dead(...many, ...cells, { tenant_id: { in: ['t1', 't2'] }, capability_id: A }, {});
  expect(found).toEqual([
    [`r${1_000 + cells.length}`, ['r1', 'r2']],
    [`r${1_001 + cells.length}`, Array.from({ length: 1_000 + cells.length }, (_, index) => `r${index}`)],
  ]);
});

test('The places of errors are escaped like every message.', () => {
  const rules = [{ rule_id: 'r1', match: {}, decision: { candidate_workers_ranked: [] }, 'a\u001b[31m': 1 }];
  expect(() => analyzeRules(rules)).toThrow('/0/a\\u001b[31m: There is no member');
  expect(() => analyzeRules(rules)).not.toThrow('\u001b');
});
