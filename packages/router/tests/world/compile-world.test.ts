import { recordHash, sha256 } from '@wcp/spec';
import { expect, test } from 'vitest';
import { compileWorld, decide, type World, type WorldDocuments } from '../../src/index.ts';
import {
  AUDIT,
  decideScene,
  documentsOf,
  type Members,
  makeFacts,
  makeInput,
  makeRecord,
  makeRule,
  type Scene,
  WORKER_ID,
  worldOf,
} from '../support.ts';

/** What a world has to say: level, code and path. */
const said = (world: World): string[] =>
  world.diagnostics.map(({ level, code, path }) => `${level} ${code} ${path}`);
const saidBy = (scene: Scene): string[] => said(worldOf(scene));
const decides = (world: World) => decide(world, makeFacts(), makeInput());

test('A world without mistakes has no diagnostics.', () => {
  expect(worldOf({})).toEqual({
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    diagnostics: [],
    policy_version: 'policy.v0',
    catalog_version: '1.1.0',
  });
});

test('An absent document is empty, and undefined counts as absent.', () => {
  const documents = { rules: undefined, workers: undefined, config: undefined, catalogVersion: undefined };
  for (const world of [compileWorld({}), compileWorld(documents)]) {
    expect(world).toMatchObject({ diagnostics: [], policy_version: 'policy.v0', catalog_version: '1.0.0' });
    expect(world.digest).toBe(sha256('{"catalog_version":"1.0.0","config":{},"rules":[],"workers":[]}'));
    expect(decides(world).deny_code).toBe('DENY_NO_MATCHING_RULE');
  }
});

/** Errors that break the world, by the document that has them. */
const BREAKING: readonly (readonly [title: string, documents: Members, said: readonly string[]])[] = [
  ['rules of null', { rules: null }, ['error INVALID_VALUE /rules']],
  ['rules that are a text', { rules: 'none' }, ['error INVALID_VALUE /rules']],
  ['an object of rules with more', { rules: { rules: [], more: 1 } }, ['error UNKNOWN_MEMBER /more']],
  ['an object of rules that are none', { rules: { rules: {} } }, ['error INVALID_VALUE /rules']],
  ['rules that are not JSON', { rules: [{ rule_id: 1n }] }, ['error NOT_JSON /rules/0/rule_id']],
  ['a rule of null', { rules: [null] }, ['error INVALID_VALUE /rules/0']],
  [
    'a rule with two errors',
    { rules: [{ ...makeRule(), match: { env: 'moon', more: 1 } }] },
    ['error INVALID_VALUE /rules/0/match/env', 'error UNKNOWN_MEMBER /rules/0/match/more'],
  ],
  [
    'a rule without its members',
    { rules: { rules: [{}] } },
    [
      'error MISSING_MEMBER /rules/0/decision',
      'error MISSING_MEMBER /rules/0/match',
      'error MISSING_MEMBER /rules/0/rule_id',
    ],
  ],
  [
    'a duplicate rule_id',
    { rules: [makeRule(), makeRule({ match: { env: 'dev' } })] },
    ['error INVALID_VALUE /rules/1/rule_id'],
  ],
  [
    'a rule that needs a newer catalog',
    { rules: [makeRule({ decision: { catalog_version_min: '9.0.0' } })] },
    ['error CATALOG_TOO_OLD /rules/0/decision/catalog_version_min'],
  ],
  [
    'a rule of an object that needs a newer catalog',
    { rules: { rules: [makeRule({ decision: { catalog_version_min: '1.1.1' } })] } },
    ['error CATALOG_TOO_OLD /rules/0/decision/catalog_version_min'],
  ],
  ['a configuration of null', { config: null }, ['error INVALID_VALUE /config']],
  ['a configuration that is a list', { config: [] }, ['error INVALID_VALUE /config']],
  [
    'an unknown member of the configuration',
    { config: { blast: { more: 1 } } },
    ['error UNKNOWN_MEMBER /config/blast/more'],
  ],
  [
    'a configuration that is not JSON',
    { config: { redact_tenant: undefined } },
    ['error NOT_JSON /config/redact_tenant'],
  ],
  ['an unknown profile', { config: { profile: 'prof.no.such' } }, ['error UNKNOWN_PROFILE /config/profile']],
  ['a private profile', { config: { profile: 'org.acme.house' } }, ['error UNKNOWN_PROFILE /config/profile']],
  ['a catalog version of null', { catalogVersion: null }, ['error INVALID_VALUE /catalog_version']],
  ['a catalog version that is none', { catalogVersion: '1.0' }, ['error INVALID_VALUE /catalog_version']],
  [
    'a catalog version that is not JSON',
    { catalogVersion: Symbol('1.0.0') },
    ['error INVALID_VALUE /catalog_version'],
  ],
  ['workers of null', { workers: null }, ['error INVALID_VALUE /workers']],
  ['workers that are an object', { workers: {} }, ['error INVALID_VALUE /workers']],
  [
    'errors everywhere',
    { rules: 1, config: 2, catalogVersion: 3, workers: 4 },
    [
      'error INVALID_VALUE /catalog_version',
      'error INVALID_VALUE /config',
      'error INVALID_VALUE /rules',
      'error INVALID_VALUE /workers',
    ],
  ],
];

test.each(BREAKING)(
  '%s breaks the world, which exists, says why and denies everything',
  (_title, documents, expected) => {
    const world = compileWorld({ ...documentsOf({}), ...documents });
    expect(said(world)).toEqual(expected);
    expect(world.diagnostics.every(({ message }) => message.length > 10)).toBe(true);
    for (const env of ['dev', 'stage', 'prod', 'edge'])
      expect(decide(world, makeFacts(), makeInput({ env })).deny_code).toBe('DENY_HALL_MISCONFIGURED');
  },
);

test('Documents that cannot be read make a broken world without a digest.', () => {
  const thrower = {
    get rules(): never {
      throw new Error('unreadable');
    },
  };
  for (const documents of [null, undefined, thrower]) {
    const world = compileWorld(documents as unknown as WorldDocuments);
    expect(world).toMatchObject({ digest: null, policy_version: 'policy.v0', catalog_version: '1.0.0' });
    expect(said(world)).toEqual(['error NOT_JSON ']);
  }
});

test('A broken world keeps the policy version and the catalog version that it can read.', () => {
  const config = { policy_version: 'policy.v2' };
  expect(worldOf({ config, rule: { more: 1 }, catalogVersion: '1.0.9' })).toMatchObject({
    policy_version: 'policy.v2',
    catalog_version: '1.0.9',
  });
  expect(worldOf({ config, catalogVersion: 'one' })).toMatchObject({
    policy_version: 'policy.v2',
    catalog_version: '1.0.0',
  });
});

/** Errors in a record: that worker is left out, and the world stands. */
const LEFT_OUT: readonly (readonly [title: string, record: unknown, said: readonly string[]])[] = [
  ['null', null, ['error INVALID_VALUE /workers/1']],
  ['not JSON', { worker_id: 1n }, ['error NOT_JSON /workers/1/worker_id']],
  ['of a wrong form', makeRecord({ risk_tier: 'severe' }), ['error INVALID_VALUE /workers/1/risk_tier']],
  [
    'without a member',
    makeRecord({ capabilities: undefined }),
    ['error MISSING_MEMBER /workers/1/capabilities'],
  ],
  [
    'changed after it was hashed',
    { ...makeRecord(), notes: 'x' },
    ['error INVALID_VALUE /workers/1/artifact_hash'],
  ],
  ['owned by another', makeRecord({ owner: 'org.globex' }), ['error INVALID_VALUE /workers/1/owner']],
  [
    'attested by another',
    makeRecord({ attestation: { attested_by: 'namespace-key@org.globex' } }),
    ['error INVALID_VALUE /workers/1/attestation/attested_by'],
  ],
  [
    'with another dimension',
    makeRecord({ blast_radius: { soul: 1 } }),
    ['error UNKNOWN_MEMBER /workers/1/blast_radius/soul'],
  ],
];

test.each(LEFT_OUT)(
  'A record that is %s is left out, and the world is not broken.',
  (_title, record, expected) => {
    const world = worldOf({ workers: (sound) => [sound, record] });
    expect(said(world)).toEqual(expected);
    expect(decides(world)).toMatchObject({ outcome: 'DISPATCH', worker_id: WORKER_ID });
    const alone = worldOf({ workers: () => [record] });
    expect(decides(alone).candidate_workers_ranked[0]?.skip_reason).toBe('not_enrolled');
  },
);

test('A malformed code hash alone does not leave a worker out.', () => {
  expect(saidBy({ record: { attestation: { code_hash: ['x'] } } })).toEqual([]);
});

test('An unlisted member of a record, of its attestation, is kept with a warning; inside ext anything goes.', () => {
  const scene: Scene = { record: { colour: 'blue', attestation: { mood: 1 }, ext: { deep: { er: 1 } } } };
  expect(saidBy(scene)).toEqual([
    'warning UNKNOWN_MEMBER /workers/0/attestation/mood',
    'warning UNKNOWN_MEMBER /workers/0/colour',
  ]);
  expect(decideScene(scene).outcome).toBe('DISPATCH');
});

test('An id with underscores is turned into hyphens, with an info at its place.', () => {
  const scene: Scene = {
    config: { profile: 'prof.mem.rag_strict' },
    rule: {
      decision: {
        required_controls_suggested: ['ctrl.obs.audit_log_append_only'],
        recommended_profiles: [{ profile_id: 'prof.prod.strict' }, 'prof.dev.permissive'],
      },
    },
    record: { currently_implements: ['ctrl.mem.provenance_required', AUDIT] },
  };
  expect(saidBy(scene)).toEqual([
    'info UNDERSCORE_ID /config/profile',
    'info UNDERSCORE_ID /rules/0/decision/required_controls_suggested/0',
    'info UNDERSCORE_ID /workers/0/currently_implements/0',
  ]);
  expect(decideScene(scene)).toMatchObject({
    outcome: 'DISPATCH',
    required_controls_effective: ['ctrl.mem.provenance-required', AUDIT],
  });
});

test('An info about rules inside an object has the path of the list.', () => {
  const rules = (rule: Members) => ({ rules: [rule] });
  const rule = { decision: { required_controls_suggested: ['ctrl.obs.audit_log_append_only'] } };
  expect(saidBy({ rules, rule })).toEqual([
    'info UNDERSCORE_ID /rules/0/decision/required_controls_suggested/0',
  ]);
});

test('An id in a reserved namespace that the catalog does not hold is a warning at its first place, and works.', () => {
  const strange: Scene = {
    rules: (rule) => [
      { ...rule, rule_id: 'a', match: { capability_id: 'cap.hello.greet' } },
      { ...rule, rule_id: 'b', match: { capability_id: { eq: 'cap.hello.wave' } } },
      {
        ...rule,
        rule_id: 'c',
        match: { capability_id: { in: ['cap.hello.greet', 'cap.hello.bow', 'cap.doc.hash'] } },
      },
      {
        rule_id: 'd',
        match: { capability_id: { any: true } },
        decision: {
          candidate_workers_ranked: [
            {
              worker_species_id: 'wrk.hello.greeter',
              requires_controls_minimum: ['ctrl.hello.polite', AUDIT],
            },
            { worker_species_id: 'x.ada.own.kind' },
          ],
          required_controls_suggested: ['ctrl.hello.kind', 'org.acme.own'],
          recommended_profiles: ['prof.hello.warm', { profile_id: 'prof.hello.cold' }, 'prof.prod.strict'],
        },
      },
    ],
    workers: () => [
      makeRecord({
        worker_id: 'org.acme.greeter',
        worker_species_id: 'wrk.hello.greeter',
        capabilities: ['cap.hello.greet', 'cap.hello.nod'],
        required_controls: ['ctrl.hello.calm'],
        currently_implements: ['ctrl.hello.calm', 'ctrl.hello.glad', AUDIT],
      }),
      makeRecord({
        worker_id: 'org.acme.second',
        worker_species_id: 'wrk.hello.second',
        currently_implements: undefined,
      }),
    ],
  };
  const candidates = '/rules/3/decision/candidate_workers_ranked';
  expect(saidBy(strange)).toEqual(
    [
      '/rules/0/match/capability_id',
      '/rules/1/match/capability_id',
      '/rules/2/match/capability_id',
      `${candidates}/0/requires_controls_minimum`,
      `${candidates}/0/worker_species_id`,
      '/rules/3/decision/recommended_profiles',
      '/rules/3/decision/recommended_profiles',
      '/rules/3/decision/required_controls_suggested',
      '/workers/0/capabilities',
      '/workers/0/currently_implements',
      '/workers/0/required_controls',
      '/workers/1/worker_species_id',
    ].map((path) => `warning UNKNOWN_CATALOG_ID ${path}`),
  );
  const greeting = { capability_id: 'cap.hello.greet' };
  expect(
    decideScene({
      rule: { decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.hello.greeter' }] } },
      workers: strange.workers as () => unknown,
      input: greeting,
    }).outcome,
  ).toBe('DISPATCH');
});

test('The catalog version that a rule needs is compared number by number.', () => {
  const at = (catalogVersion: string, catalog_version_min: string) =>
    decideScene({ catalogVersion, rule: { decision: { catalog_version_min } } }).outcome;
  expect(at('1.1.0', '1.1.0')).toBe('DISPATCH');
  expect(at('wcp-catalog@1.10.0', '1.9.9')).toBe('DISPATCH');
  expect(at('1.9.0', 'wcp-catalog@1.10.0')).toBe('DENY');
});

test('Of two records with one worker_id the later one that verifies counts, with an info.', () => {
  const workers = (record: Members) => [
    record,
    makeRecord({ risk_tier: 'high', allowed_environments: ['stage'] }),
  ];
  expect(worldOf({ workers }).diagnostics).toEqual([
    {
      level: 'info',
      code: 'WORKER_REPLACED',
      path: '/workers/1',
      message: `This record replaces an earlier one of "${WORKER_ID}".`,
    },
  ]);
  expect(decideScene({ workers }).deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
  expect(decideScene({ workers, input: { env: 'stage' } }).outcome).toBe('DISPATCH');
});

test('A record that does not verify never replaces one that does.', () => {
  const workers = (record: Members) => [record, { ...record, allowed_environments: [] }];
  expect(saidBy({ workers })).toEqual(['error INVALID_VALUE /workers/1/artifact_hash']);
  expect(decideScene({ workers }).outcome).toBe('DISPATCH');
});

test('Diagnostics are sorted: errors, warnings, infos, each by path and code.', () => {
  const scene: Scene = {
    rules: (rule) => [
      { ...rule, match: { capability_id: 'cap.hello.greet' } },
      { ...rule, rule_id: 'r2', match: { capability_id: 'cap.hello.greet' } },
    ],
    workers: (record) => [record, record, null, makeRecord({ worker_id: 'org.acme.b', zeal: 1, ardour: 2 })],
  };
  expect(saidBy(scene)).toEqual([
    'error RULE_DEAD /rules/1',
    'error INVALID_VALUE /workers/2',
    'warning UNKNOWN_CATALOG_ID /rules/0/match/capability_id',
    'warning UNKNOWN_MEMBER /workers/3/ardour',
    'warning UNKNOWN_MEMBER /workers/3/zeal',
    'info WORKER_REPLACED /workers/1',
  ]);
});

test('The hash of a record may lack its prefix.', () => {
  const { artifact_hash, ...content } = makeRecord();
  expect(artifact_hash).toBe(recordHash(content));
  const scene: Scene = { workers: () => [{ ...content, artifact_hash: String(artifact_hash).slice(7) }] };
  expect(decideScene(scene).outcome).toBe('DISPATCH');
});
