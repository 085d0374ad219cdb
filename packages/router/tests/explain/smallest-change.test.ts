import { decisionDigest } from '@wcp/spec';
import { expect, test } from 'vitest';
import { type Change, compileWorld, decide, type Explanation, explain, type World } from '../../src/index.ts';
import { generated } from '../generated.ts';
import {
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
} from '../support.ts';
import { apply, tryOut } from './changes.ts';

const explainScene = (scene: Scene): Explanation =>
  explain(worldOf(scene), makeFacts(scene.facts), makeInput(scene.input));
const changesOf = (scene: Scene): readonly Change[] | null => explainScene(scene).changes;
const human: Scene = { rule: { decision: { escalation: { human_required_default: true } } } };
const asking = (policy: unknown): Scene => ({
  rule: { decision: { escalation: { policy_gate: true } } },
  facts: { policy },
});

test('A dispatched request needs no change.', () => {
  expect(explainScene({})).toMatchObject({ changes: [], remedy: null });
});

test('There is no change for an invalid input, a broken world or bad facts.', () => {
  for (const scene of [{ input: { env: 'moon' } }, { config: { more: 1 } }, { facts: { now: 7 } }])
    expect(changesOf(scene)).toBeNull();
  expect(explain({} as World, makeFacts(), makeInput()).changes).toBeNull();
});

test('There is no answer where no set of up to three changes helps.', () => {
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
  [
    {
      config: {
        'x.budgets': [{ budget_id: 'b', scope: {}, unit: 'calls', limit: 5, window_seconds: 3600 }],
      },
      facts: { 'x.spent': { b: { '["calls",null,null,null,3600,492324]': 5 } } },
    },
    'facts',
    '/x.spent',
    { b: { '["calls",null,null,null,3600,492324]': 5 } },
    { b: { '["calls",null,null,null,3600,492324]': 0 } },
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

test.each(SINGLE)('A single change is found where one is enough: %j', (scene, where, path, from, to) => {
  expect(explainScene(scene).decision.outcome).not.toBe('DISPATCH');
  expect(changesOf(scene)).toEqual([{ where, path, from, to }]);
});

test.each(SINGLE)('Making the change of %j leads to a dispatch.', (scene) => {
  const { decision } = apply(scene, changesOf(scene) ?? []);
  expect(decision.outcome).toBe('DISPATCH');
});

const pathsOf = (scene: Scene): string[] | undefined =>
  changesOf(scene)?.map(({ where, path }) => where + path);

test('Two and three changes are found where fewer are not enough.', () => {
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

test('An approval is for the decision after every other change.', () => {
  const lacking: Scene = {
    rule: { decision: { required_controls_suggested: ['org.acme.a'] }, match: { env: 'dev' } },
  };
  const scene = together(human, lacking);
  expect(pathsOf(scene)).toEqual(['facts/approval', `worker/${WORKER_ID}/currently_implements/-`]);
  expect(apply(scene, changesOf(scene) ?? []).decision.outcome).toBe('DISPATCH');
});

test('The members of one worker may change together, and only that worker is changed.', () => {
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

test('The payload takes no part in the search whatever its size, and the search ends.', () => {
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
  // Without an end it would be minutes.
  expect(changesOf(together(hopeless, { input: { request: { big } } }))).toBeNull();
  expect(changesOf(together(human, { input: { privilege_context: { big } } }))).toHaveLength(1);
  expect(changesOf(together(human, { input: { request: { big } } }))).toHaveLength(1);
});

test('An approval among the facts is for the whole input, also while something else is changed.', () => {
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

test('The function explain does not change documents, facts and input.', () => {
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

test('In generated cases the changes that explain names lead to a dispatch when made by hand, and no fewer do.', () => {
  let verified = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const { documents, facts, input } = generated(seed);
    const { changes } = explain(compileWorld(documents), facts, input);
    if (changes === null || changes.length === 0) continue;
    const tried = { documents, facts: facts as Members, input: input as Members };
    expect(tryOut(tried, changes).outcome, `seed ${seed}: ${JSON.stringify(changes)}`).toBe('DISPATCH');
    for (const left of changes) {
      const fewer = changes.filter((change) => change !== left);
      expect(tryOut(tried, fewer).outcome, `seed ${seed}`).not.toBe('DISPATCH');
    }
    verified += 1;
  }
  expect(verified).toBeGreaterThan(50);
});
