import { artifactHash, type RouteDecision } from '@wcp/spec';
import { expect, test } from 'vitest';
import { compileWorld, decide } from '../../src/index.ts';
import {
  AUDIT,
  DECISION_ID,
  decideScene,
  HASH,
  makeFacts,
  makeInput,
  NOW,
  type Scene,
  SPECIES,
  together,
  WORKER_ID,
  worldOf,
} from '../support.ts';

const BEFORE_STEP_8 = {
  candidate_workers_ranked: [],
  required_controls_effective: [],
  controls_applied: [],
  recommended_profiles_effective: [],
  escalation_effective: null,
  preconditions_checked: null,
};
const BEFORE_STEP_10 = { worker_attestation_checked: false, worker_attestation_valid: null };
const BEFORE_STEP_12 = { privilege_envelope_ok: null, blast_score: null, blast_gate_passed: null };
const UNHELD = {
  supervisor_required: false,
  supervisor_level: null,
  pending_approval_id: null,
  approval_expires_at: null,
  escalation_context: null,
};
const UNDISPATCHED = { worker_id: null, selected_worker_species_id: null };
const STANDING = [
  'deny_if_missing_required_controls',
  'must_attach_policy_version',
  'must_have_correlation_id',
  'must_record_artifact_hash_if_executes',
];
const PLAIN_ESCALATION = {
  policy_gate: false,
  human_required_default: false,
  human_required_if: [],
  supervisor_level: null,
  rationale: null,
  msavx_step_up: false,
};

test('A dispatch has every member, in full.', () => {
  const world = worldOf({});
  const { telemetry_envelopes, ...decision } = decide(world, makeFacts(), makeInput());
  expect(telemetry_envelopes).toHaveLength(4);
  expect(decision).toEqual({
    decision_id: DECISION_ID,
    timestamp: NOW,
    decided_at: NOW,
    outcome: 'DISPATCH',
    denied: false,
    deny_code: null,
    deny_reason_if_denied: null,
    correlation_id: 'corr-1',
    tenant_id: 'tenant-a',
    capability_id: 'cap.doc.summarize',
    env: 'dev',
    data_label: 'INTERNAL',
    tenant_risk: 'low',
    qos_class: 'P2',
    matched_rule_id: 'r1',
    selected_worker_species_id: SPECIES,
    worker_id: WORKER_ID,
    candidate_workers_ranked: [
      { worker_species_id: SPECIES, score_hint: null, requires_controls_minimum: [], skip_reason: null },
    ],
    required_controls_effective: [],
    controls_applied: [],
    recommended_profiles_effective: [],
    escalation_effective: PLAIN_ESCALATION,
    preconditions_checked: STANDING,
    blast_score: 1,
    blast_gate_passed: true,
    policy_version: 'policy.v0',
    dry_run: false,
    artifact_hash: artifactHash({ text: 'abc' }),
    world_digest: world.digest,
    privilege_envelope_ok: null,
    ...BEFORE_STEP_10,
    ...UNHELD,
  });
});

/** What a decision has at each step at which it can end, beside what it echoes. */
const ENDINGS: readonly (readonly [step: string, scene: Scene, members: Partial<RouteDecision>])[] = [
  [
    '2',
    { config: { unknown: 1 } },
    { matched_rule_id: 'PRE_ROUTING', ...BEFORE_STEP_8, ...BEFORE_STEP_10, ...BEFORE_STEP_12 },
  ],
  [
    '3',
    { facts: { frozen: { scope: '', reason: '' } } },
    { matched_rule_id: 'PRE_ROUTING', ...BEFORE_STEP_8, ...BEFORE_STEP_10, ...BEFORE_STEP_12 },
  ],
  [
    '8',
    { rule: { match: { env: 'edge' } } },
    { matched_rule_id: 'NO_MATCH', ...BEFORE_STEP_8, ...BEFORE_STEP_10, ...BEFORE_STEP_12 },
  ],
  [
    '9',
    { config: { trusted_authorities: [] } },
    {
      matched_rule_id: 'r1',
      preconditions_checked: STANDING,
      escalation_effective: PLAIN_ESCALATION,
      candidate_workers_ranked: [
        {
          worker_species_id: SPECIES,
          score_hint: null,
          requires_controls_minimum: [],
          skip_reason: 'untrusted_authority',
        },
      ],
      required_controls_effective: [],
      controls_applied: [],
      ...BEFORE_STEP_10,
      ...BEFORE_STEP_12,
    },
  ],
  [
    '10',
    { config: { require_worker_attestation: true }, record: { required_controls: [AUDIT] } },
    {
      matched_rule_id: 'r1',
      required_controls_effective: [AUDIT],
      controls_applied: [AUDIT],
      worker_attestation_checked: true,
      worker_attestation_valid: false,
      ...BEFORE_STEP_12,
    },
  ],
  [
    '11',
    {
      config: { enforce_privilege_envelopes: true },
      record: { privilege_envelope: { filesystem_writes: [''] } },
    },
    {
      matched_rule_id: 'r1',
      ...BEFORE_STEP_10,
      privilege_envelope_ok: false,
      blast_score: null,
      blast_gate_passed: null,
    },
  ],
  [
    '12',
    {
      config: { enforce_privilege_envelopes: true, blast: { on_exceeded: 'deny' } },
      input: { blast_score: 77 },
    },
    { matched_rule_id: 'r1', privilege_envelope_ok: true, blast_score: 77, blast_gate_passed: false },
  ],
  [
    '13',
    { rule: { decision: { escalation: { policy_gate: true } } } },
    {
      matched_rule_id: 'r1',
      blast_score: 1,
      blast_gate_passed: true,
      escalation_effective: { ...PLAIN_ESCALATION, policy_gate: true },
    },
  ],
];

test.each(ENDINGS)(
  'A denial at step %s has what the steps before it set, and null for the rest.',
  (_step, scene, members) => {
    const world = worldOf(scene);
    const decision = decide(world, makeFacts(scene.facts), makeInput(scene.input));
    expect(decision).toMatchObject({
      ...members,
      ...UNHELD,
      ...UNDISPATCHED,
      outcome: 'DENY',
      denied: true,
      artifact_hash: artifactHash({ text: 'abc' }),
      world_digest: world.digest,
      tenant_id: 'tenant-a',
      decision_id: DECISION_ID,
    });
  },
);

test('An invalid input is echoed where it is valid, and has no artifact hash.', () => {
  const decision = decideScene({ input: { env: 'moon', tenant_id: 'a b', qos_class: 'P0', dry_run: true } });
  expect(decision).toMatchObject({
    deny_code: 'DENY_INVALID_INPUT',
    matched_rule_id: 'PRE_ROUTING',
    capability_id: 'cap.doc.summarize',
    env: null,
    tenant_id: null,
    qos_class: 'P0',
    correlation_id: 'corr-1',
    dry_run: true,
    artifact_hash: null,
    decision_id: DECISION_ID,
    ...BEFORE_STEP_8,
    ...BEFORE_STEP_10,
    ...BEFORE_STEP_12,
    ...UNDISPATCHED,
  });
});

test('The artifact hash is that of the canonical request, {} where there is none.', () => {
  expect(decideScene({ input: { request: undefined } }).artifact_hash).toBe(artifactHash({}));
  const { artifact_hash } = decide(worldOf({}), makeFacts(), { ...makeInput(), request: { b: 1, a: 'é\n' } });
  expect(artifact_hash).toBe(artifactHash({ a: 'é\n', b: 1 }));
});

test("policy_version is the Hall's on every decision, policy.v0 where the configuration is broken", () => {
  const config = { policy_version: 'policy.v5' };
  expect(decideScene({ config }).policy_version).toBe('policy.v5');
  expect(decideScene({ config, input: { env: 'moon' } }).policy_version).toBe('policy.v5');
  expect(decideScene({ config, rule: { more: 1 } })).toMatchObject({
    deny_code: 'DENY_HALL_MISCONFIGURED',
    policy_version: 'policy.v5',
  });
  expect(decideScene({ config: { ...config, more: 1 } }).policy_version).toBe('policy.v0');
});

test('The decision repeats what the rule says, with canonical ids and defaults.', () => {
  const escalation = {
    human_required_if: [{ env: { in: ['prod'] }, blast_score: { gte: 5 }, tenant_risk: { any: true } }],
    supervisor_level: 'executor',
    rationale: 'two\nlines',
    msavx_step_up: false,
  };
  const decision = decideScene({
    rule: {
      decision: {
        escalation,
        recommended_profiles: [
          'prof.mem.rag_strict',
          { profile_id: 'x.ada.quiet', score: 0.5 },
          { profile_id: 'prof.prod.strict' },
          { profile_id: 'x.ada.two', score: null },
        ],
      },
    },
  });
  expect(decision.escalation_effective).toEqual({ ...PLAIN_ESCALATION, ...escalation });
  expect(decision.recommended_profiles_effective).toEqual([
    { profile_id: 'prof.mem.rag-strict', score: null },
    { profile_id: 'x.ada.quiet', score: 0.5 },
    { profile_id: 'prof.prod.strict', score: null },
    { profile_id: 'x.ada.two', score: null },
  ]);
});

test('A dry run decides as without it, and says so on the decision and on every event.', () => {
  const scenes: Scene[] = [
    { config: { enforce_privilege_envelopes: true }, input: { env: 'prod' } },
    { facts: { banned_hashes: [HASH] } },
    { input: { blast_score: 50 } },
    { input: { env: 'moon' } },
  ];
  for (const scene of scenes) {
    const wet = decideScene(scene);
    const dry = decideScene(together(scene, { input: { dry_run: true } }));
    expect(dry).toEqual({
      ...wet,
      dry_run: true,
      pending_approval_id: null,
      approval_expires_at: null,
      telemetry_envelopes: wet.telemetry_envelopes.map((event) => ({ ...event, dry_run: true })),
    });
    expect(wet.telemetry_envelopes.some((event) => 'dry_run' in event)).toBe(false);
    expect(decideScene(together(scene, { input: { dry_run: false } }))).toEqual(wet);
  }
});

test('A world that compileWorld did not make has no digest and the default policy version.', () => {
  const made = compileWorld({});
  const decision = decide({ ...made, policy_version: 'forged' }, makeFacts(), makeInput());
  expect(decision).toMatchObject({
    deny_code: 'DENY_HALL_MISCONFIGURED',
    policy_version: 'policy.v0',
    world_digest: null,
  });
});
