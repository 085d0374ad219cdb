// Object.prototype is everybody's. What others put there must be no member of anything here.
import {
  FactsSchema,
  HallConfigSchema,
  RegistryRecordSchema,
  RouteDecisionSchema,
  RouteInputSchema,
  RulesSchema,
} from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { analyzeRules, compileWorld, decide, explain, type World } from '../../src/index.ts';
import {
  ALLOW,
  ASK,
  AUDIT,
  documentsOf,
  HASH,
  makeFacts,
  makeInput,
  OTHER_HASH,
  type Scene,
  WORKER_ID,
} from '../support.ts';

/** Every member name that a schema speaks of, at any depth. */
function namesIn(schema: unknown, names: Set<string> = new Set()): Set<string> {
  if (Array.isArray(schema)) for (const each of schema) namesIn(each, names);
  else if (typeof schema === 'object' && schema !== null) {
    for (const [keyword, content] of Object.entries(schema)) {
      if (keyword === 'properties') for (const name of Object.keys(content)) names.add(name);
      namesIn(content, names);
    }
  }
  return names;
}

const WIRE = [
  RouteInputSchema,
  FactsSchema,
  RulesSchema,
  HallConfigSchema,
  RegistryRecordSchema,
  RouteDecisionSchema,
];
const OTHERS = [
  ['catalogVersion', 'policyGate', 'rules', 'workers', 'config', 'throws', 'supervisor_level', 'reason'],
  ['available', 'current_hash', 'signed', WORKER_ID, 'dry_run', 'covered_by', 'controls_required'],
].flat();
const NAMES = [...new Set([...namesIn(WIRE), ...OTHERS])].sort();

/** What would change a decision if it were seen: one poison of each form that a member can have. */
const POISONS: readonly unknown[] = [
  true,
  false,
  null,
  0,
  99,
  'prod',
  'none',
  HASH,
  [],
  [AUDIT],
  ['org.globex'],
  { in: ['prod'] },
  { valid: true, tenant_id: 'tenant-a' },
  { ...ALLOW },
  { throws: true },
  () => ({ ...ALLOW }),
];

/** Scenes that leave members out wherever they may. */
const SCENES: readonly Scene[] = [
  {},
  {
    input: { request: undefined, env: 'prod' },
    record: { attestation: undefined, determinism: 'non-deterministic' },
  },
  { rule: { decision: { escalation: { policy_gate: true } } } },
  { rule: { decision: { escalation: { policy_gate: true } } }, facts: { policy: { ...ASK } } },
  {
    rule: { decision: { escalation: {}, preconditions: {}, max_blast_score: {} } },
    input: { env: 'edge', dry_run: true },
  },
  { rule: { decision: { escalation: { human_required_if: [{ blast_score: { gte: 50 } }] } } } },
  { record: { blast_radius: {}, privilege_envelope: {} }, config: { enforce_privilege_envelopes: true } },
  { record: { currently_implements: undefined, allowed_environments: undefined } },
  {
    config: { require_credential: true, blast: {}, privilege_policy: {}, approval: {} },
    facts: { credential: { valid: true } },
  },
  { config: { require_worker_attestation: true }, facts: { workers: { [WORKER_ID]: {} } } },
  { config: { require_signatory: true, profile: 'prof.notify.standard' }, facts: { chain: {} } },
  {
    config: { require_worker_attestation: true },
    facts: { workers: { [WORKER_ID]: { current_hash: OTHER_HASH } } },
  },
  { rules: () => [{ rule_id: 'r1', match: {}, decision: { candidate_workers_ranked: [] } }] },
  { rules: (rule) => ({ rules: [rule, { ...rule, rule_id: 'r2' }] }), input: { env: 'stage' } },
  { input: { blast_radius: {}, privilege_context: {}, capability_id: undefined } },
  { facts: { decision_id: undefined } },
  { config: { profile: 'prof.dev.permissive' } },
  { config: { other: 1 } },
];

interface Prepared {
  readonly documents: ReturnType<typeof documentsOf>;
  readonly world: World;
  readonly facts: unknown;
  readonly input: unknown;
}

const prepared: readonly Prepared[] = SCENES.map((scene) => {
  const documents = documentsOf(scene);
  return {
    documents,
    world: compileWorld(documents),
    facts: makeFacts(scene.facts),
    input: makeInput(scene.input),
  };
});

/** Everything that comes out for the scenes, as text; worlds compiled before, and now. */
function outcomes(): string[] {
  return prepared.flatMap(({ documents, world, facts, input }) => {
    const fresh = compileWorld(documents);
    return [
      JSON.stringify(decide(world, facts, input)),
      JSON.stringify(decide(fresh, facts, input)),
      JSON.stringify([fresh, fresh.diagnostics]),
    ];
  });
}

/** Runs with `Object.prototype` polluted, and cleans up before anybody looks. */
function polluted<T>(names: readonly string[], poison: PropertyDescriptor, act: () => T): T {
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, { enumerable: true, ...poison, configurable: true });
  }
  try {
    return act();
  } finally {
    for (const name of names) delete (Object.prototype as Record<string, unknown>)[name];
  }
}

const clean = outcomes();

/** Which texts differ from those of a clean prototype; short, for a failure to be read. */
function differences(found: readonly string[], expected: readonly string[] = clean): number[] {
  return expected.flatMap((text, index) => (text === found[index] ? [] : [index]));
}

test('The polluted names include those of every document, of facts, inputs and verdicts.', () => {
  for (const name of [
    'tenant_id',
    'frozen',
    'human_required_if',
    'on_exceeded',
    'code_hash',
    'decision',
    'gte',
  ]) {
    expect(NAMES).toContain(name);
  }
  expect(NAMES.length).toBeGreaterThan(120);
});

/** Of each form one; all of them are tried with all names at once. */
const FEW = [true, 'prod', [AUDIT], { ...ALLOW }];

test.each(NAMES)(
  'A polluted "%s" changes no decision, whether the world was compiled before or during it.',
  (name) => {
    for (const value of FEW) {
      const found = polluted([name], { value, writable: true }, outcomes);
      expect(differences(found), JSON.stringify(value)).toEqual([]);
    }
  },
);

const thrower = (): never => {
  throw new Error('touched');
};
const accessor = { get: thrower, set: thrower };

test.each(NAMES)('Nothing reads or writes an inherited "%s"', (name) => {
  expect(differences(polluted([name], accessor, outcomes))).toEqual([]);
});

test('Polluting all names at once changes no decision.', () => {
  for (const value of POISONS) {
    const found = polluted(NAMES, { value, writable: true }, outcomes);
    expect(differences(found), JSON.stringify(value)).toEqual([]);
  }
  expect(differences(polluted(NAMES, { value: 1, writable: false }, outcomes))).toEqual([]);
  expect(differences(polluted(NAMES, accessor, outcomes))).toEqual([]);
});

test('Polluting all names at once changes no finding of analyzeRules and no explained step.', () => {
  const look = () =>
    prepared.flatMap(({ documents, world, facts, input }) => {
      const { decision, steps } = explain(world, facts, input);
      return [JSON.stringify([decision, steps]), JSON.stringify(analyzeRules(documents.rules))];
    });
  const expected = look();
  for (const value of FEW) {
    expect(differences(polluted(NAMES, { value, writable: true }, look), expected)).toEqual([]);
  }
  expect(differences(polluted(NAMES, accessor, look), expected)).toEqual([]);
});
