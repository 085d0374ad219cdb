import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compileWorld,
  decide,
  explain,
  type PolicyGate,
  type PolicyGateRequest,
  type PolicyVerdict,
  type World,
  type WorldDocuments,
} from '../../src/index.ts';
import { type Generated, generated } from '../generated.ts';
import {
  ALLOW,
  ASK,
  documentsOf,
  freezeDeep,
  makeFacts,
  makeInput,
  makeRecord,
  type Scene,
  worldOf,
} from '../support.ts';

const CASES = 250;
const cases = Array.from({ length: CASES }, (_, seed) => generated(seed));

const RICH: Scene = {
  config: { enforce_privilege_envelopes: true, profile: 'prof.mem.rag-strict' },
  record: { currently_implements: ['ctrl.mem.provenance-required'] },
  rule: {
    decision: {
      candidate_workers_ranked: [
        { worker_species_id: 'wrk.mem.embedder', requires_controls_minimum: ['org.acme.one'] },
        { worker_species_id: 'wrk.doc.summarizer', score_hint: 0.5 },
      ],
      recommended_profiles: ['prof.prod.strict', { profile_id: 'x.ada.quiet', score: 1 }],
      escalation: {
        policy_gate: true,
        human_required_if: [{ env: { in: ['dev'] }, blast_score: { gte: 0 } }],
        rationale: 'because',
      },
    },
  },
};

/** Spoils every object and list in a value, as far as it can be reached. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) spoil(member);
  if (Array.isArray(value)) value.splice(0, value.length, 'spoiled');
  else for (const name of Object.keys(value)) Reflect.set(value, name, 'spoiled');
  Reflect.set(value, 'more', 'spoiled');
}

test('A decision that its receiver modifies does not change the next one.', () => {
  for (const { documents, facts, input } of cases) {
    const world = compileWorld(documents);
    const before = JSON.stringify(decide(world, facts, input));
    const decision = decide(world, facts, input);
    spoil(decision);
    expect(decision.outcome).toBe('spoiled');
    expect(JSON.stringify(decide(world, facts, input))).toBe(before);
  }
});

test('The fullest hold, when modified, does not change the next one.', () => {
  const world = worldOf(RICH);
  const facts = makeFacts({ policy: { ...ASK } });
  const before = JSON.stringify(decide(world, facts, makeInput()));
  expect(JSON.parse(before)).toMatchObject({ outcome: 'STEWARD_HOLD' });
  spoil(decide(world, facts, makeInput()));
  spoil(explain(world, facts, makeInput()));
  expect(JSON.stringify(decide(world, facts, makeInput()))).toBe(before);
});

test('No two decisions share an object, with each other or with world, facts or input.', () => {
  const objectsIn = (value: unknown, found = new Set<object>()): Set<object> => {
    if (typeof value !== 'object' || value === null || found.has(value)) return found;
    found.add(value);
    for (const member of Object.values(value)) objectsIn(member, found);
    return found;
  };
  for (const { documents, facts, input } of cases) {
    const world = compileWorld(documents);
    const first = decide(world, facts, input);
    const others = objectsIn([decide(world, facts, input), facts, input, documents, world]);
    expect([...objectsIn(first)].filter((object) => others.has(object))).toEqual([]);
  }
});

test('Documents that are changed after compileWorld change nothing.', () => {
  for (const { documents, facts, input } of cases) {
    const own = structuredClone(documents);
    const world = compileWorld(own);
    const before = JSON.stringify([world, decide(world, facts, input)]);
    spoil(own);
    expect(JSON.stringify([world, decide(world, facts, input)])).toBe(before);
  }
});

test('Documents, facts and inputs are not changed, and may be frozen.', () => {
  for (const { documents, facts, input } of cases) {
    const copy = structuredClone([documents, facts, input]);
    const expected = JSON.stringify(decide(compileWorld(documents), facts, input));
    expect([documents, facts, input]).toEqual(copy);
    const [frozenDocuments, frozenFacts, frozenInput] = freezeDeep(copy);
    const world = compileWorld(frozenDocuments as WorldDocuments);
    expect(JSON.stringify(decide(world, frozenFacts, frozenInput))).toBe(expected);
  }
});

test('Identical arguments give an identical decision, whatever was decided in between.', () => {
  const worlds = cases.map(({ documents }) => compileWorld(documents));
  const decideAll = (): string[] =>
    cases.map(({ facts, input }, index) => JSON.stringify(decide(worlds[index] as World, facts, input)));
  const first = decideAll();
  for (const [index, world] of worlds.entries()) {
    const { facts, input } = cases[(index + 1) % CASES] as Generated;
    decide(world, facts, input);
  }
  expect(decideAll()).toEqual(first);
});

test('The same documents compiled twice decide alike.', () => {
  for (const { documents, facts, input } of cases) {
    const [one, other] = [compileWorld(documents), compileWorld(structuredClone(documents))];
    expect(JSON.stringify([other, decide(other, facts, input)])).toBe(
      JSON.stringify([one, decide(one, facts, input)]),
    );
  }
});

/** The same members in another order, at every depth. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, reordered(member)] as const);
  return Object.fromEntries(entries.reverse());
}

test('The order of members in documents, facts and inputs does not matter.', () => {
  for (const { documents, facts, input } of cases) {
    const expected = decide(compileWorld(documents), facts, input);
    const world = compileWorld(reordered(documents) as WorldDocuments);
    expect(decide(world, reordered(facts), reordered(input))).toEqual(expected);
  }
});

test('The order of the members of an input does not matter, nor do those that are inherited or hidden.', () => {
  const world = worldOf({});
  const expected = decide(world, makeFacts(), makeInput());
  fc.assert(
    fc.property(fc.shuffledSubarray(Object.entries(makeInput()), { minLength: 8 }), (entries) => {
      const input = Object.assign(Object.create({ dry_run: true, env: 'prod' }), Object.fromEntries(entries));
      Object.defineProperty(input, 'blast_score', { value: 100, enumerable: false });
      expect(decide(world, makeFacts(), Object.assign(input, { [Symbol('extra')]: 1 }))).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

test('The order of the records in the registry does not matter.', () => {
  const several = Array.from({ length: 6 }, (_, index) =>
    makeRecord({ worker_id: `org.acme.summarizer.w${index}` }),
  );
  const { workers, ...rest } = documentsOf({});
  const expected = decide(compileWorld({ ...rest, workers: several }), makeFacts(), makeInput());
  expect(expected.outcome).toBe('DISPATCH');
  expect(workers).not.toEqual(several);
  fc.assert(
    fc.property(fc.shuffledSubarray(several, { minLength: 6 }), (shuffled) => {
      expect(decide(compileWorld({ ...rest, workers: shuffled }), makeFacts(), makeInput())).toEqual(
        expected,
      );
    }),
    { numRuns: 50 },
  );
});

test('A gate that modifies its request changes nothing, and every request is a fresh object.', () => {
  const asked: PolicyGateRequest[] = [];
  const vandal: PolicyGate = (request) => {
    asked.push(structuredClone(request));
    spoil(request);
    return ALLOW;
  };
  const scene: Scene = { ...RICH, record: { ...RICH.record, privilege_envelope: { tools: ['grep'] } } };
  const input = freezeDeep(makeInput({ privilege_context: { roles: [{ name: 'admin' }] } }));
  const quiet = decide(worldOf({ ...scene, gate: () => ALLOW }), makeFacts(), input);
  const world = worldOf({ ...scene, gate: vandal });
  expect(decide(world, makeFacts(), input)).toEqual(quiet);
  expect(decide(world, makeFacts(), input)).toEqual(quiet);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual(asked[1]);
  expect(asked[0]?.privilege_context).toEqual({ roles: [{ name: 'admin' }] });
});

test('A verdict that the gate changes afterwards changes no decision.', () => {
  const answer: PolicyVerdict = { ...ASK };
  const changed: { reason: string } = answer;
  const world = worldOf({ ...RICH, gate: () => answer });
  const decision = decide(world, makeFacts(), makeInput());
  const before = JSON.stringify(decision);
  changed.reason = 'changed';
  expect(JSON.stringify(decision)).toBe(before);
});

test('A world is frozen with its diagnostics and shows nothing of its inside.', () => {
  const worlds = [
    worldOf({ record: { risk_tier: 'unheard' } }),
    worldOf({ config: { unknown: 1 } }),
    compileWorld(null as unknown as WorldDocuments),
  ];
  for (const world of worlds) {
    expect(Reflect.ownKeys(world)).toEqual(['digest', 'diagnostics', 'policy_version', 'catalog_version']);
    expect(world.diagnostics.length).toBeGreaterThan(0);
    expect([world, world.diagnostics, ...world.diagnostics].every(Object.isFrozen)).toBe(true);
  }
});

test('Options that are changed after compileWorld change nothing.', () => {
  const options: { policyGate: PolicyGate } = { policyGate: () => ALLOW };
  const world = compileWorld(documentsOf(RICH), options);
  const before = decide(world, makeFacts(), makeInput());
  options.policyGate = () => ({ ...ALLOW, decision: 'DENY' });
  expect(decide(world, makeFacts(), makeInput())).toEqual(before);
});
