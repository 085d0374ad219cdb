import { readCanonical } from '@wcp/spec/json';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeRules, compileWorld, decide, explain, type World } from '../../src/index.ts';
import { ALLOW, documentsOf, makeFacts, makeInput, makeRecord, makeRule, worldOf } from '../support.ts';
import { expectDenial, GATED, gatedWorld, proxyThatThrows, revoked } from './hostile.ts';

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

test('The function decide never throws, whatever the input.', () => {
  fc.assert(
    fc.property(anything, (input) => expectDenial(decide(world, makeFacts(), input), 'DENY_INVALID_INPUT')),
    { numRuns: RUNS },
  );
});

test('The function decide never throws, whatever the value of any member of an input.', () => {
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

test('The function decide never throws, whatever the facts, and denies malformed ones with DENY_INTERNAL_ERROR.', () => {
  fc.assert(
    fc.property(anything, (facts) => expectDenial(decide(world, facts, makeInput()), 'DENY_INTERNAL_ERROR')),
    { numRuns: RUNS },
  );
});

test('The function decide never throws, whatever the value of any member of the facts.', () => {
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

test('The function decide never throws, whatever the world, and denies under one that compileWorld did not make.', () => {
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

test('The function compileWorld never throws, whatever the documents.', () => {
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

test.each(['rules', 'workers', 'config', 'catalogVersion'])(
  'The function compileWorld never throws, whatever is given as %s',
  (name) => {
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
  },
);

function isEmpty(name: string, document: unknown): boolean {
  if (name !== 'config' && name !== 'catalogVersion') return false;
  return document === undefined || (name === 'config' && readCanonical(document).text === '{}');
}

test.each(['rule', 'record', 'config'])(
  'The function compileWorld never throws, whatever the value of any member of a %s',
  (part) => {
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
  },
);

test.each<[string, unknown]>([
  ['null', null],
  ['no options', undefined],
  ['a text', 'options'],
  ['a gate that is none', { policyGate: 'gate' }],
  ['an inherited gate', Object.create({ policyGate: () => ALLOW })],
  ['a proxy that throws', proxyThatThrows()],
])('Options that are %s give the world no gate.', (_title, options) => {
  const made = compileWorld(documentsOf(GATED), options as object);
  expect(['DENY_POLICY_GATE_UNCONFIGURED', 'DENY_HALL_MISCONFIGURED']).toContain(
    decide(made, makeFacts(), makeInput()).deny_code,
  );
});

test('A gate may answer anything.', () => {
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

test('The function analyzeRules throws nothing but a WcpError.', () => {
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

test('The function explain never throws, whatever the world, the facts and the input.', () => {
  fc.assert(
    fc.property(anything, anything, anything, (other, facts, input) => {
      expect(explain(world, makeFacts(), input).decision.deny_code).toBe('DENY_INVALID_INPUT');
      expect(explain(world, facts, makeInput()).decision.deny_code).toBe('DENY_INTERNAL_ERROR');
      expect(explain(other as World, facts, input).changes).toBeNull();
    }),
    { numRuns: 300 },
  );
});
