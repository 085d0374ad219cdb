import { expect, test } from 'vitest';
import {
  ALLOW,
  DENY,
  decideScene,
  HASH,
  makeRecord,
  makeRule,
  OTHER_HASH,
  type Scene,
  together,
  WORKER_ID,
} from '../support.ts';

/** One failure of each step, in the order of section 5; any two of them can stand in one scene. */
const FAILURES: readonly (readonly [step: string, code: string, scene: Scene])[] = [
  ['1, the form', 'DENY_INVALID_INPUT', { input: { qos_class: 'P9' } }],
  ['1, the tenant', 'DENY_MISSING_TENANT_ID', { input: { tenant_id: '' } }],
  ['1, the correlation', 'DENY_MISSING_CORRELATION_ID', { input: { correlation_id: '' } }],
  ['2, the world', 'DENY_HALL_MISCONFIGURED', { config: { unknown: true } }],
  ['2, the facts', 'DENY_INTERNAL_ERROR', { facts: { chain: 'long' } }],
  ['3', 'DENY_FROZEN', { facts: { frozen: { scope: 'tenant', reason: '' } } }],
  ['4', 'DENY_UNKNOWN_TENANT', { config: { require_signatory: true } }],
  [
    '4, the environment',
    'DENY_TENANT_ENV_NOT_ALLOWED',
    { config: { tenant_floors: { '*': { environments: [] } } } },
  ],
  ['5', 'DENY_TENANT_CREDENTIAL_INVALID', { config: { require_credential: true } }],
  ['6', 'DENY_POLICY_VERSION_MISMATCH', { input: { policy_version: 'other' } }],
  [
    '7',
    'DENY_SHADOW_RULES_DETECTED',
    { input: { env: 'prod' }, rules: (rule) => [rule, { ...rule, rule_id: 'dead' }] },
  ],
  ['8', 'DENY_NO_MATCHING_RULE', { rule: { match: { tenant_id: 'tenant-b' } } }],
  ['9', 'DENY_UNTRUSTED_AUTHORITY', { config: { trusted_authorities: [] } }],
  ['10', 'DENY_WORKER_BANNED', { facts: { banned_hashes: [HASH] } }],
  [
    '11',
    'DENY_PRIVILEGE_ENVELOPE_VIOLATED',
    {
      config: { enforce_privilege_envelopes: true },
      record: { privilege_envelope: { filesystem_writes: ['x'] } },
    },
  ],
  [
    '12',
    'DENY_BLAST_RADIUS_EXCEEDED',
    { config: { blast: { on_exceeded: 'deny' } }, input: { blast_score: 100 } },
  ],
  [
    '12, a budget',
    'DENY_X_BUDGET_UNKNOWN',
    {
      config: {
        'x.budgets': [{ budget_id: 'b', scope: {}, unit: 'calls', limit: 1, window_seconds: 60 }],
      },
    },
  ],
  ['13', 'DENY_POLICY_GATE_UNCONFIGURED', { rule: { decision: { escalation: { policy_gate: true } } } }],
  [
    '15',
    'DENY_APPROVAL_STALE',
    { facts: { approval: { id: 'a', level: 'gatekeeper', resolver: 's', decision_digest: HASH } } },
  ],
];

const PAIRS = FAILURES.flatMap(([first, code, one], index) =>
  FAILURES.slice(index + 1).map(([second, other, two]) => ({ first, second, code, other, one, two })),
);

test('Without a failure the request is dispatched.', () => {
  expect(decideScene().outcome).toBe('DISPATCH');
});

test.each(FAILURES)('Step %s alone gives its code %s', (_step, code, scene) => {
  expect(decideScene(scene).deny_code).toBe(code);
});

test.each(PAIRS)('Step $first comes before step $second: $code, not $other', ({ code, one, two }) => {
  expect(decideScene(together(one, two)).deny_code).toBe(code);
  expect(decideScene(together(two, one)).deny_code).toBe(code);
});

test('Step 14 comes after steps 12 and 13, and the reasons to hold are in the order of the steps.', () => {
  const decision = decideScene({
    input: { blast_score: 50 },
    rule: { decision: { escalation: { policy_gate: true, human_required_default: true } } },
    facts: { policy: { ...ALLOW, decision: 'REQUIRE_HUMAN' } },
  });
  expect(decision.outcome).toBe('STEWARD_HOLD');
  expect(decision.escalation_context?.reasons.map(({ reason }) => reason)).toEqual([
    'BLAST_RADIUS_EXCEEDED',
    'POLICY_GATE',
    'RULE',
  ]);
});

test('A denial of step 13 after a hold of step 12 keeps nothing of the hold.', () => {
  const decision = decideScene({
    input: { blast_score: 50 },
    rule: { decision: { escalation: { policy_gate: true } } },
    facts: { policy: DENY },
  });
  expect(decision).toMatchObject({
    deny_code: 'DENY_POLICY_GATE',
    blast_gate_passed: false,
    supervisor_required: false,
    supervisor_level: null,
    escalation_context: null,
  });
});

/** What a worker may fail at in step 9, in the order of the checks. */
const CHECKS: readonly (readonly [reason: string, scene: Scene])[] = [
  ['capability_not_declared', { record: { capabilities: ['cap.mem.retrieve'] } }],
  ['untrusted_authority', { config: { trusted_authorities: ['org.globex'] } }],
  ['env_not_allowed', { record: { allowed_environments: ['edge'] } }],
  ['catalog_incompatible', { record: { catalog_version_min: '2.0.0' } }],
  ['unavailable', { facts: { workers: { [WORKER_ID]: { available: false } } } }],
  ['missing_controls', { rule: { decision: { required_controls_suggested: ['org.acme.more'] } } }],
];

test.each(CHECKS)('Step 9 skips only the worker that is at fault: %s', (reason, scene) => {
  expect(decideScene(scene).candidate_workers_ranked[0]?.skip_reason).toBe(reason);
});

test.each(
  CHECKS.flatMap(([reason, one], index) =>
    CHECKS.slice(index + 1).map(([other, two]) => ({ reason, other, scene: together(one, two) })),
  ),
)('Step 9 checks $reason before $other', ({ reason, scene }) => {
  expect(decideScene(scene).candidate_workers_ranked[0]?.skip_reason).toBe(reason);
});

test.each(
  CHECKS.slice(1).map(([other], index) => ({ other, reason: (CHECKS[index] as (typeof CHECKS)[0])[0] })),
)('Of two workers at $reason and $other the entry has the furthest: $other', ({ other, reason }) => {
  const failing = new Map<string, Scene>([
    ...CHECKS,
    ['untrusted_authority', { record: { worker_id: 'org.globex.one' } }],
  ]);
  const ids = { [reason]: 'org.acme.one', [other]: 'org.acme.two' };
  const workers = [reason, other].map((name) => {
    const id = name === 'untrusted_authority' ? 'org.globex.one' : ids[name];
    return makeRecord({
      worker_id: id,
      currently_implements: name === 'missing_controls' ? [] : ['ctrl.net.egress-denied'],
      ...failing.get(name)?.record,
      ...(name === 'untrusted_authority' ? { worker_id: 'org.globex.one' } : {}),
    });
  });
  const scene: Scene = {
    config: { trusted_authorities: ['org.acme'] },
    facts: { workers: { [String(ids['unavailable'])]: { available: false } } },
    rule: { decision: { required_controls_suggested: ['ctrl.net.egress-denied'] } },
  };
  for (const order of [workers, [...workers].reverse()]) {
    const decision = decideScene({ ...scene, workers: () => order });
    expect(decision.candidate_workers_ranked[0]?.skip_reason).toBe(other);
  }
});

const LIVE = (hash: string | null, signed = false): Scene => ({
  facts: { workers: { [WORKER_ID]: { current_hash: hash, signed } } },
});
const REQUIRED: Scene = { config: { require_worker_attestation: true } };
const SIGNED_ONLY: Scene = {
  input: { env: 'prod' },
  rule: { decision: { preconditions: { deny_if_unsigned_artifact_in_prod: true } } },
};
const BANNED: Scene = { facts: { banned_hashes: [OTHER_HASH] } };

/** Each row fails two parts of step 10; the earlier gives the code. */
const PARTS: readonly (readonly [first: string, second: string, code: string, scene: Scene])[] = [
  [
    'the ban',
    'an absent attestation',
    'DENY_WORKER_BANNED',
    together(REQUIRED, BANNED, LIVE(OTHER_HASH), { record: { attestation: undefined } }),
  ],
  [
    'the ban',
    'a malformed code hash',
    'DENY_WORKER_BANNED',
    together(REQUIRED, BANNED, LIVE(OTHER_HASH), { record: { attestation: { code_hash: 'x' } } }),
  ],
  [
    'the ban',
    'an absent live hash',
    'DENY_WORKER_BANNED',
    together(REQUIRED, BANNED, { record: { attestation: { code_hash: OTHER_HASH } } }),
  ],
  ['the ban', 'a changed hash', 'DENY_WORKER_BANNED', together(REQUIRED, BANNED, LIVE(OTHER_HASH))],
  ['the ban', 'a missing signature', 'DENY_WORKER_BANNED', together(SIGNED_ONLY, BANNED, LIVE(OTHER_HASH))],
  [
    'an absent attestation',
    'an absent live hash',
    'DENY_WORKER_ATTESTATION_MISSING',
    together(REQUIRED, { record: { attestation: { code_hash: null } } }),
  ],
  [
    'an absent attestation',
    'a missing signature',
    'DENY_WORKER_ATTESTATION_MISSING',
    together(REQUIRED, SIGNED_ONLY, { record: { attestation: undefined } }),
  ],
  [
    'a malformed code hash',
    'an absent live hash',
    'DENY_WORKER_ATTESTATION_INVALID_HASH',
    together(REQUIRED, { record: { attestation: { code_hash: 7 } } }),
  ],
  [
    'an absent live hash',
    'a missing signature',
    'DENY_WORKER_HASH_UNAVAILABLE',
    together(REQUIRED, SIGNED_ONLY, LIVE(null)),
  ],
  [
    'a malformed live hash',
    'a missing signature',
    'DENY_WORKER_HASH_UNAVAILABLE',
    together(REQUIRED, SIGNED_ONLY, LIVE('sha256:')),
  ],
  [
    'a changed hash',
    'a missing signature',
    'DENY_WORKER_TAMPERED',
    together(REQUIRED, SIGNED_ONLY, LIVE(OTHER_HASH)),
  ],
  [
    'a missing signature',
    'nothing else',
    'DENY_UNSIGNED_ARTIFACT',
    together(REQUIRED, SIGNED_ONLY, LIVE(HASH)),
  ],
];

test.each(PARTS)('Inside step 10, %s comes before %s: %s', (_first, _second, code, scene) => {
  expect(decideScene(scene).deny_code).toBe(code);
});

test('A worker that fails step 10 is not skipped for the next one.', () => {
  const decision = decideScene({
    rules: () => [
      makeRule({
        decision: {
          candidate_workers_ranked: [
            { worker_species_id: 'wrk.doc.summarizer' },
            { worker_species_id: 'wrk.mem.embedder' },
          ],
        },
      }),
    ],
    workers: (record) => [
      record,
      makeRecord({
        worker_id: 'org.acme.other',
        worker_species_id: 'wrk.mem.embedder',
        attestation: undefined,
      }),
    ],
    facts: { banned_hashes: [HASH] },
  });
  expect(decision.deny_code).toBe('DENY_WORKER_BANNED');
  expect(decision.candidate_workers_ranked.map(({ skip_reason }) => skip_reason)).toEqual([
    null,
    'already_selected',
  ]);
});

const GATE_RULE: Scene = { rule: { decision: { escalation: { policy_gate: true } } } };
const never = (): never => {
  throw new Error('the gate must not be asked');
};

/** Each row could give two codes of step 13; the first question decides. */
const QUESTIONS: readonly (readonly [title: string, code: string | null, scene: Scene])[] = [
  ['a verdict among the facts comes before the gate', null, { facts: { policy: ALLOW }, gate: never }],
  [
    'a malformed verdict among the facts comes before the gate',
    'DENY_POLICY_GATE_INVALID_RESPONSE',
    { facts: { policy: { ...ALLOW, more: 1 } }, gate: () => ALLOW },
  ],
  [
    'a failure among the facts comes before the gate',
    'DENY_POLICY_GATE_ERROR',
    { facts: { policy: { throws: true } }, gate: () => ALLOW },
  ],
  [
    'the denial of the facts comes before the gate',
    'DENY_POLICY_GATE',
    { facts: { policy: DENY }, gate: () => ALLOW },
  ],
  [
    'the form of a verdict comes before what it says',
    'DENY_POLICY_GATE_INVALID_RESPONSE',
    { facts: { policy: { ...DENY, supervisor_level: 'executor' } } },
  ],
  ['without a verdict the gate is asked', 'DENY_POLICY_GATE_ERROR', { gate: never }],
];

test.each(QUESTIONS)('Inside step 13 the order is fixed: %s', (_title, code, scene) => {
  expect(decideScene(together(GATE_RULE, scene)).deny_code).toBe(code);
});
