import { DENY_CODES, decisionDigest, type RouteDecision, recordHash } from '@wcp/spec';
import { catalog } from '@wcp/spec/catalog';
import { expect, test } from 'vitest';
import { type Change, compileWorld, decide, type Explanation, explain, type World } from '../src/index.ts';
import { generateCase } from './naive/generate.ts';
import type { CatalogProfiles } from './naive/model.ts';
import {
  ALLOW,
  ASK,
  AUDIT,
  DENY,
  documentsOf,
  HASH,
  type Members,
  makeFacts,
  makeInput,
  makeRecord,
  makeRule,
  OTHER_HASH,
  type Scene,
  together,
  WORKER_ID,
  worldOf,
} from './support.ts';

const explainScene = (scene: Scene): Explanation =>
  explain(worldOf(scene), makeFacts(scene.facts), makeInput(scene.input));
const changesOf = (scene: Scene): readonly Change[] | null => explainScene(scene).changes;
const human: Scene = { rule: { decision: { escalation: { human_required_default: true } } } };
const asking = (policy: unknown): Scene => ({
  rule: { decision: { escalation: { policy_gate: true } } },
  facts: { policy },
});

test('the decision is that of decide', () => {
  for (const scene of [{}, human, { input: { env: 'moon' } }, asking(DENY)]) {
    const expected = decide(worldOf(scene), makeFacts(scene.facts), makeInput(scene.input));
    expect(explainScene(scene).decision).toEqual(expected);
  }
});

test('each step of section 5 is there, in its order', () => {
  const { steps } = explainScene({});
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  expect(new Set(steps.map(({ title }) => title)).size).toBe(steps.length);
  expect(steps.every(({ status }) => status === 'passed')).toBe(true);
});

/** What a step saw, and in which scene. */
const SEEN: readonly (readonly [step: number, reason: string, scene: Scene])[] = [
  [1, 'Every member has its form.', {}],
  [2, 'Rules, configuration, catalog version and facts are sound.', {}],
  [3, 'Neither the Hall nor this tenant nor this correlation is frozen.', {}],
  [4, 'This Hall does not ask for signatories.', {}],
  [
    4,
    'Tenant "tenant-a" is on the list.',
    { config: { require_signatory: true, allowed_tenants: ['tenant-a'] } },
  ],
  [5, 'This Hall does not ask for credentials.', {}],
  [
    5,
    'The credential is valid and belongs to "tenant-a".',
    { config: { require_credential: true }, facts: { credential: { valid: true, tenant_id: 'tenant-a' } } },
  ],
  [6, 'The caller names no policy version.', {}],
  [
    6,
    'Caller and Hall both mean v\\u000a1.',
    { config: { policy_version: 'v\n1' }, input: { policy_version: 'v\n1' } },
  ],
  [7, 'Every rule can match something.', {}],
  [7, '1 dead rule(s); dev routes all the same.', { rules: (rule) => [rule, { ...rule, rule_id: 'r2' }] }],
  [8, 'Rule "r1" is the first that matches.', {}],
  [9, `Worker ${WORKER_ID} of species wrk.doc.summarizer has every control that is required (0).`, {}],
  [
    9,
    `Worker ${WORKER_ID} of species wrk.doc.summarizer has every control that is required (1). Skipped: wrk.web.fetcher (not_enrolled), wrk.mem.embedder (not_enrolled).`,
    {
      rule: {
        decision: {
          required_controls_suggested: [AUDIT],
          candidate_workers_ranked: [
            { worker_species_id: 'wrk.web.fetcher' },
            { worker_species_id: 'wrk.mem.embedder' },
            { worker_species_id: 'wrk.doc.summarizer' },
            { worker_species_id: 'wrk.doc.hasher' },
          ],
        },
      },
    },
  ],
  [10, 'The code is not banned; attestation is not asked for here.', {}],
  [
    10,
    'The code is the code that was attested, and it is not banned.',
    {
      config: { require_worker_attestation: true },
      facts: { workers: { [WORKER_ID]: { current_hash: HASH } } },
    },
  ],
  [11, 'Nobody asks for an envelope here.', {}],
  [11, 'The envelope is within the ceiling.', { config: { enforce_privilege_envelopes: true } }],
  [12, 'The blast score is 1, the limit 25.', {}],
  [13, 'The rule does not ask the gate.', {}],
  [13, 'The gate says ALLOW: so\\u202e', asking({ ...ALLOW, reason: 'so\u202e' })],
  [14, 'The rule asks for no human.', {}],
  [15, 'No approval came with the facts.', {}],
];

test.each(SEEN)('step %i says: %s', (number, reason, scene) => {
  const steps = explainScene(scene).steps.filter(({ step }) => step === number);
  expect(steps.map((each) => [each.status, each.reason])).toContainEqual(['passed', reason]);
});

const HOLDS: readonly (readonly [step: number, reason: string, scene: Scene])[] = [
  [
    12,
    'The blast score is 30, above the limit 25: a human decides (gatekeeper).',
    { input: { blast_score: 30 } },
  ],
  [
    13,
    'The gate asks for a human (executor): ask\\\\',
    asking({ ...ASK, reason: 'ask\\', supervisor_level: 'executor' }),
  ],
  [14, 'The rule asks for a human (gatekeeper).', human],
];

test.each(HOLDS)('step %i holds: %s', (number, reason, scene) => {
  const { steps, decision, remedy } = explainScene(scene);
  expect(steps.map(({ status }) => status)).toEqual(
    steps.map(({ step }) => (step === number ? 'held' : 'passed')),
  );
  expect(steps.find(({ step }) => step === number)?.reason).toBe(reason);
  expect(decision.outcome).toBe('STEWARD_HOLD');
  expect(remedy).toContain(`at level ${decision.supervisor_level}`);
});

test('an approval that fits passes step 15 and says so', () => {
  const { decision } = explainScene(human);
  const decision_digest = decisionDigest(makeInput(), decision);
  const approval = { id: 'a', level: 'gatekeeper', resolver: 's', decision_digest };
  const { steps, changes, remedy } = explainScene(together(human, { facts: { approval } }));
  expect(steps.at(-1)).toMatchObject({ status: 'passed', reason: 'The approval is for this very decision.' });
  expect([changes, remedy]).toEqual([[], null]);
});

test.each<[string, number, Scene]>([
  ['DENY_INVALID_INPUT', 0, { input: { env: 'moon' } }],
  ['DENY_HALL_MISCONFIGURED', 1, { config: { more: 1 } }],
  ['DENY_INTERNAL_ERROR', 2, { facts: { now: 'now' } }],
  ['DENY_FROZEN', 3, { facts: { frozen: { scope: 's', reason: 'r' } } }],
  ['DENY_NO_MATCHING_RULE', 8, { rule: { match: { env: 'prod' } } }],
  ['DENY_POLICY_GATE', 13, asking(DENY)],
  ['DENY_INTERNAL_ERROR', 15, together(human, { facts: { now: '9999-12-31T23:59:59Z' } })],
])(
  '%s: the step at index %i denies, those before passed, those after were not reached',
  (code, index, scene) => {
    const { steps, decision, remedy } = explainScene(scene);
    const before = steps.slice(0, index).map(({ status }) => status);
    expect(before.every((status) => status === 'passed' || status === 'held')).toBe(true);
    const { meaning, remedy: expected } = DENY_CODES[code as keyof typeof DENY_CODES];
    expect(steps[index]).toMatchObject({ status: 'denied', reason: meaning });
    expect(steps.slice(index + 1).map(({ status, reason }) => `${status}: ${reason}`)).toEqual(
      Array.from({ length: steps.length - index - 1 }, () => 'not_reached: An earlier step denied.'),
    );
    expect(decision.deny_code).toBe(code);
    expect(remedy).toBe(expected);
  },
);

// --- the smallest change

test('what is dispatched needs no change', () => {
  expect(explainScene({})).toMatchObject({ changes: [], remedy: null });
});

test('there is no change for an invalid input, a broken world or bad facts', () => {
  for (const scene of [{ input: { env: 'moon' } }, { config: { more: 1 } }, { facts: { now: 7 } }])
    expect(changesOf(scene)).toBeNull();
  expect(explain({} as World, makeFacts(), makeInput()).changes).toBeNull();
});

test('there is no change where nothing of up to three changes helps', () => {
  expect(changesOf({ rule: { match: { tenant_id: 'tenant-b' } } })).toBeNull();
  expect(changesOf({ workers: () => [] })).toBeNull();
  const config = { blast: { on_exceeded: 'deny', max_score: { dev: 0, stage: 0, prod: 0, edge: 0 } } };
  expect(changesOf({ config })).toBeNull();
});

/** One scene for each single change, and the change. */
const SINGLE: readonly (readonly [
  scene: Scene,
  where: Change['where'],
  path: string,
  from: unknown,
  to: unknown,
])[] = [
  [{ facts: { frozen: { scope: 's', reason: 'r' } } }, 'facts', '/frozen', { scope: 's', reason: 'r' }, null],
  [
    { facts: { approval: { id: 'a', level: 'gatekeeper', resolver: 's', decision_digest: HASH } } },
    'facts',
    '/approval',
    { id: 'a', level: 'gatekeeper', resolver: 's', decision_digest: HASH },
    null,
  ],
  [human, 'facts', '/approval', null, { level: 'gatekeeper' }],
  [
    { config: { require_credential: true } },
    'facts',
    '/credential',
    null,
    { valid: true, tenant_id: 'tenant-a' },
  ],
  [
    { config: { blast: { on_exceeded: 'deny' } }, facts: { chain: { blast_score: 40 } } },
    'facts',
    '/chain',
    { blast_score: 40 },
    { blast_score: 0, depth: 0 },
  ],
  [{ facts: { banned_hashes: [HASH] } }, 'facts', '/banned_hashes', [HASH], []],
  [
    asking(DENY),
    'facts',
    '/policy',
    DENY,
    { decision: 'ALLOW', policy_version: 'policy.v0', reason: 'allowed' },
  ],
  [{ config: { require_signatory: true } }, 'config', '/allowed_tenants/-', undefined, 'tenant-a'],
  [
    { config: { trusted_authorities: ['org.globex'] } },
    'config',
    '/trusted_authorities',
    ['org.globex'],
    null,
  ],
  [
    { facts: { workers: { [WORKER_ID]: { available: false } } } },
    'facts',
    `/workers/${WORKER_ID}/available`,
    false,
    true,
  ],
  [
    {
      config: { require_worker_attestation: true },
      facts: { workers: { [WORKER_ID]: { current_hash: OTHER_HASH } } },
    },
    'facts',
    `/workers/${WORKER_ID}/current_hash`,
    null,
    'the attested hash',
  ],
  [
    {
      input: { env: 'prod' },
      rule: { decision: { preconditions: { deny_if_unsigned_artifact_in_prod: true } } },
    },
    'facts',
    `/workers/${WORKER_ID}/signed`,
    null,
    true,
  ],
  [
    { rule: { decision: { required_controls_suggested: ['org.acme.a', AUDIT] } } },
    'worker',
    `/${WORKER_ID}/currently_implements/-`,
    undefined,
    ['org.acme.a'],
  ],
  [
    { record: { allowed_environments: ['stage'] }, rule: { match: { env: 'dev' } } },
    'worker',
    `/${WORKER_ID}/allowed_environments/-`,
    undefined,
    'dev',
  ],
  [
    { record: { capabilities: ['cap.doc.hash'] } },
    'worker',
    `/${WORKER_ID}/capabilities/-`,
    undefined,
    'cap.doc.summarize',
  ],
  [{ input: { policy_version: 'old' } }, 'input', '/policy_version', 'old', undefined],
  [
    { config: { blast: { on_exceeded: 'deny' } }, input: { blast_score: 90 } },
    'input',
    '/blast_score',
    90,
    undefined,
  ],
  [
    {
      config: { blast: { on_exceeded: 'deny', max_score: { dev: 1 } } },
      input: { blast_radius: { data: 5 } },
    },
    'input',
    '/blast_radius',
    { data: 5 },
    undefined,
  ],
  [{ rule: { match: { tenant_risk: 'high' } } }, 'input', '/tenant_risk', 'low', 'high'],
  [{ rule: { match: { qos_class: 'P0' } } }, 'input', '/qos_class', 'P2', 'P0'],
  [{ rule: { match: { data_label: 'PUBLIC' } } }, 'input', '/data_label', 'INTERNAL', 'PUBLIC'],
  [{ rule: { match: { env: 'edge' } } }, 'input', '/env', 'dev', 'edge'],
];

test.each(SINGLE)('one change is found where one is enough: %j', (scene, where, path, from, to) => {
  expect(explainScene(scene).decision.outcome).not.toBe('DISPATCH');
  expect(changesOf(scene)).toEqual([{ where, path, from, to }]);
});

test.each(SINGLE)('the change of %j, made, leads to a dispatch', (scene) => {
  const { decision } = apply(scene, changesOf(scene) ?? []);
  expect(decision.outcome).toBe('DISPATCH');
});

const pathsOf = (scene: Scene): string[] | undefined =>
  changesOf(scene)?.map(({ where, path }) => where + path);

test('two and three changes are found where fewer are not enough', () => {
  const frozen: Scene = { facts: { frozen: { scope: 's', reason: 'r' } } };
  const unlisted: Scene = { config: { require_signatory: true } };
  const unavailable: Scene = { facts: { workers: { [WORKER_ID]: { available: false } } } };
  expect(pathsOf(together(frozen, unlisted))).toEqual(['facts/frozen', 'config/allowed_tenants/-']);
  expect(pathsOf(together(frozen, unlisted, unavailable))).toEqual([
    'facts/frozen',
    'config/allowed_tenants/-',
    `facts/workers/${WORKER_ID}/available`,
  ]);
  expect(pathsOf(together(frozen, unlisted, unavailable, asking(DENY)))).toBeUndefined();
});

test('an approval is for what is decided after every other change', () => {
  const lacking: Scene = {
    rule: { decision: { required_controls_suggested: ['org.acme.a'] }, match: { env: 'dev' } },
  };
  const scene = together(human, lacking);
  expect(pathsOf(scene)).toEqual(['facts/approval', `worker/${WORKER_ID}/currently_implements/-`]);
  expect(apply(scene, changesOf(scene) ?? []).decision.outcome).toBe('DISPATCH');
});

test('the members of one worker may change together, and only that worker is changed', () => {
  const scene: Scene = {
    rules: () => [
      makeRule({
        match: { env: 'dev' },
        decision: {
          required_controls_suggested: ['org.acme.a'],
          candidate_workers_ranked: [
            { worker_species_id: 'wrk.mem.embedder' },
            { worker_species_id: 'wrk.doc.summarizer' },
          ],
        },
      }),
    ],
    workers: (record) => [
      makeRecord({
        worker_id: 'org.acme.e',
        worker_species_id: 'wrk.mem.embedder',
        capabilities: ['cap.a.b'],
        allowed_environments: [],
        currently_implements: undefined,
      }),
      makeRecord({ capabilities: ['cap.a.b'] }),
      { ...record, worker_species_id: 'wrk.doc.hasher' },
    ],
  };
  expect(pathsOf(scene)).toEqual([
    `worker/${WORKER_ID}/currently_implements/-`,
    `worker/${WORKER_ID}/capabilities/-`,
  ]);
});

test('a hash of a worker stands in no change and in no step', () => {
  const scene: Scene = {
    config: { require_worker_attestation: true },
    facts: { workers: { [WORKER_ID]: { current_hash: OTHER_HASH } } },
  };
  const { steps, changes } = explainScene(scene);
  expect(JSON.stringify([steps, changes])).not.toMatch(/[0-9a-f]{64}/);
});

test('a payload of any size takes no part in the search, and the search ends', () => {
  const big = 'x'.repeat(1_000_000);
  const hopeless: Scene = {
    config: {
      require_signatory: true,
      blast: { on_exceeded: 'deny', max_score: { dev: 0, stage: 0, prod: 0, edge: 0 } },
    },
    workers: () =>
      Array.from({ length: 9 }, (_, index) =>
        makeRecord({ worker_id: `org.acme.w${index}`, allowed_environments: [] }),
      ),
  };
  const started = performance.now();
  expect(changesOf(together(hopeless, { input: { request: { big } } }))).toBeNull();
  expect(changesOf(together(hopeless, { input: { privilege_context: { big } } }))).toBeNull();
  // Without an end it would be minutes.
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(changesOf(together(human, { input: { request: { big } } }))).toHaveLength(1);
});

test('an approval among the facts is for the whole input: it counts while something else is changed', () => {
  const { decision } = explainScene(human);
  const approval = {
    id: 'a',
    level: 'gatekeeper',
    resolver: 's',
    decision_digest: decisionDigest(makeInput(), decision),
  };
  const frozen = { scope: 's', reason: 'r' };
  expect(pathsOf(together(human, { facts: { approval, frozen } }))).toEqual(['facts/frozen']);
});

test('explain leaves documents, facts and input as they are', () => {
  for (const [scene] of SINGLE) {
    const documents = documentsOf(scene);
    const [facts, input] = [makeFacts(scene.facts), makeInput(scene.input)];
    const copy = structuredClone([documents, facts, input]);
    const world = compileWorld(documents);
    const before = decide(world, facts, input);
    explain(world, facts, input);
    expect([documents, facts, input]).toEqual(copy);
    expect(decide(world, facts, input)).toEqual(before);
  }
});

// --- changes are made by hand, in the documents, and tried out

const profiles: CatalogProfiles = Object.fromEntries(
  catalog.entities
    .filter(({ type }) => type === 'profile')
    .map(({ id, controls_required }) => [id, [...(controls_required ?? [])]]),
);

interface Documents {
  readonly rules?: unknown;
  readonly workers?: unknown;
  readonly config?: unknown;
  readonly catalogVersion?: unknown;
}

interface Tried {
  documents: Documents;
  facts: Members;
  input: Members;
}

function apply(scene: Scene, changes: readonly Change[]): { decision: RouteDecision } {
  const tried = {
    documents: documentsOf(scene),
    facts: makeFacts(scene.facts),
    input: makeInput(scene.input),
  };
  return { decision: tryOut(tried, changes) };
}

/** Makes every change where it belongs; an approval last, for the hold that is then there. */
function tryOut(tried: Tried, changes: readonly Change[]): RouteDecision {
  let { documents, facts, input } = structuredClone(tried);
  const isApproval = ({ path, to }: Change) => path === '/approval' && to !== null;
  for (const change of changes.filter((each) => !isApproval(each))) {
    if (change.where === 'input') input = changed(input, change);
    else if (change.where === 'facts') facts = changedFacts(facts, change, documents);
    else if (change.where === 'config') documents = changedConfig(documents, change);
    else documents = changedWorker(documents, change);
  }
  const world = compileWorld(documents);
  if (!changes.some(isApproval)) return decide(world, facts, input);
  const hold = decide(world, { ...facts, approval: null }, input);
  const decision_digest = decisionDigest(input, hold);
  const approval = { id: 'a', level: 'gatekeeper', resolver: 'steward@example.org', decision_digest };
  return decide(world, { ...facts, approval }, input);
}

function changed(members: Members, { path, to }: Change): Members {
  const { [path.slice(1)]: _, ...rest } = members;
  return to === undefined ? rest : { ...rest, [path.slice(1)]: to };
}

function changedFacts(facts: Members, change: Change, documents: Documents): Members {
  const [, , id = '', name = ''] = change.path.split('/');
  if (!change.path.startsWith('/workers/')) return changed(facts, change);
  const workers = (facts['workers'] ?? {}) as Record<string, Members>;
  const to = name === 'current_hash' ? attestedHashOf(documents, id) : change.to;
  return { ...facts, workers: { ...workers, [id]: { ...workers[id], [name]: to } } };
}

const recordsOf = ({ workers }: Documents): Members[] => workers as Members[];
const attestedHashOf = (documents: Documents, id: string): unknown =>
  recordsOf(documents)
    .filter(
      ({ worker_id, artifact_hash, ...rest }) =>
        worker_id === id && verifies({ worker_id, ...rest }, artifact_hash),
    )
    .map(({ attestation }) => (attestation as Members)['code_hash'])
    .at(-1);
const verifies = (content: Members, hash: unknown): boolean => {
  const expected = recordHash(content);
  return hash === expected || hash === expected.slice(7);
};

function changedConfig(documents: Documents, { path, to }: Change): Documents {
  const config = documents.config as Members;
  if (path === '/trusted_authorities')
    return { ...documents, config: { ...config, trusted_authorities: to } };
  expect(path).toBe('/allowed_tenants/-');
  const tenants = (config['allowed_tenants'] ?? []) as unknown[];
  return { ...documents, config: { ...config, allowed_tenants: [...tenants, to] } };
}

function changedWorker(documents: Documents, { path, to }: Change): Documents {
  const [, id, name = ''] = path.split('/');
  const workers = recordsOf(documents).map((record) => {
    const { artifact_hash, ...content } = record;
    if (content['worker_id'] !== id || !verifies(content, artifact_hash)) return record;
    const absent = name === 'allowed_environments' ? ['dev'] : [];
    const list = [...((content[name] ?? absent) as unknown[]), ...(Array.isArray(to) ? to : [to])];
    const next = { ...content, [name]: list };
    return { ...next, artifact_hash: recordHash(next) };
  });
  return { ...documents, workers };
}

test('for generated cases the changes that explain names, made by hand, lead to a dispatch', () => {
  let verified = 0;
  for (let seed = 0; seed < 250; seed += 1) {
    const { documents: given, facts, input } = generateCase(seed, profiles);
    const { catalog_version: catalogVersion, ...rest } = given;
    const documents = { ...rest, catalogVersion };
    const { changes } = explain(compileWorld(documents), facts, input);
    if (changes === null || changes.length === 0) continue;
    const decision = tryOut({ documents, facts: facts as Members, input: input as Members }, changes);
    expect(decision.outcome, `seed ${seed}: ${JSON.stringify(changes)}`).toBe('DISPATCH');
    verified += 1;
  }
  expect(verified).toBeGreaterThan(80);
});

test('no smaller set of the same changes is enough', () => {
  for (let seed = 0; seed < 250; seed += 1) {
    const { documents: given, facts, input } = generateCase(seed, profiles);
    const { catalog_version: catalogVersion, ...rest } = given;
    const documents = { ...rest, catalogVersion };
    const { changes } = explain(compileWorld(documents), facts, input);
    for (const left of changes ?? []) {
      const fewer = (changes ?? []).filter((change) => change !== left);
      const decision = tryOut({ documents, facts: facts as Members, input: input as Members }, fewer);
      expect(decision.outcome, `seed ${seed}`).not.toBe('DISPATCH');
    }
  }
});
