import { DENY_CODES, type DenyCode } from '@wcp/spec';
import { expect, test } from 'vitest';
import { AUDIT, DENY, decideScene, HASH, OTHER_HASH, type Scene, SPECIES } from '../support.ts';

interface Row {
  readonly scene: Scene;
  /** What the reason carries beside code and message (section 13). */
  readonly detail: Readonly<Record<string, unknown>>;
}

const ATTESTED: Scene = { config: { require_worker_attestation: true } };
const SPECIES_ONLY = { worker_species_id: SPECIES };
const asking = (facts: Scene['facts'] = {}): Scene => ({
  rule: { decision: { escalation: { policy_gate: true } } },
  facts,
});

const CALLS = { budget_id: 'b', scope: {}, unit: 'calls', limit: 5, window_seconds: 3600 };
const SPENT = { b: { '["calls",null,null,null,3600,492324]': 5 } };

/** One way to each code. */
const ROWS: Readonly<Record<DenyCode, Row>> = {
  DENY_INVALID_INPUT: {
    scene: { input: { env: 'moon', extra: 1 } },
    detail: {
      findings: [
        { path: '/env', code: 'INVALID_VALUE', message: expect.any(String) },
        { path: '/extra', code: 'UNKNOWN_MEMBER', message: expect.any(String) },
      ],
    },
  },
  DENY_MISSING_TENANT_ID: { scene: { input: { tenant_id: ' \t' } }, detail: {} },
  DENY_MISSING_CORRELATION_ID: { scene: { input: { correlation_id: '' } }, detail: {} },
  DENY_HALL_MISCONFIGURED: { scene: { config: { unknown: 1 } }, detail: {} },
  DENY_FROZEN: { scene: { facts: { frozen: { scope: 'hall', reason: '' } } }, detail: {} },
  DENY_UNKNOWN_TENANT: {
    scene: { config: { require_signatory: true } },
    detail: { tenant_id: 'tenant-a' },
  },
  DENY_TENANT_ENV_NOT_ALLOWED: {
    scene: { config: { tenant_floors: { 'tenant-a': { environments: [] } } } },
    detail: {},
  },
  DENY_TENANT_CREDENTIAL_INVALID: { scene: { config: { require_credential: true } }, detail: {} },
  DENY_POLICY_VERSION_MISMATCH: {
    scene: { config: { policy_version: 'policy.v8' }, input: { policy_version: 'policy.v7' } },
    detail: { expected: 'policy.v8' },
  },
  DENY_SHADOW_RULES_DETECTED: {
    scene: {
      input: { env: 'prod' },
      rules: (rule) => [rule, { ...rule, rule_id: 'r2' }, { ...rule, rule_id: 'r0' }],
    },
    detail: { dead_rules: ['r2', 'r0'] },
  },
  DENY_NO_MATCHING_RULE: { scene: { rule: { match: { env: 'prod' } } }, detail: {} },
  DENY_NO_AVAILABLE_WORKER: { scene: { workers: () => [] }, detail: {} },
  DENY_MISSING_REQUIRED_CONTROLS: {
    scene: {
      rule: {
        decision: {
          required_controls_suggested: ['org.acme.zebra', AUDIT, 'ctrl.net.egress-denied', 'org.acme.zebra'],
        },
      },
    },
    detail: { missing: ['ctrl.net.egress-denied', 'org.acme.zebra'] },
  },
  DENY_UNTRUSTED_AUTHORITY: { scene: { config: { trusted_authorities: ['org.globex'] } }, detail: {} },
  DENY_WORKER_BANNED: { scene: { facts: { banned_hashes: [HASH] } }, detail: SPECIES_ONLY },
  DENY_WORKER_ATTESTATION_MISSING: {
    scene: { ...ATTESTED, record: { attestation: undefined } },
    detail: SPECIES_ONLY,
  },
  DENY_WORKER_ATTESTATION_INVALID_HASH: {
    scene: { ...ATTESTED, record: { attestation: { code_hash: 'sha256:xyz' } } },
    detail: SPECIES_ONLY,
  },
  DENY_WORKER_HASH_UNAVAILABLE: { scene: ATTESTED, detail: SPECIES_ONLY },
  DENY_WORKER_TAMPERED: {
    scene: {
      ...ATTESTED,
      facts: { workers: { 'org.acme.doc-summarizer.prod-01': { current_hash: OTHER_HASH } } },
    },
    detail: SPECIES_ONLY,
  },
  DENY_UNSIGNED_ARTIFACT: {
    scene: {
      input: { env: 'prod' },
      rule: { decision: { preconditions: { deny_if_unsigned_artifact_in_prod: true } } },
    },
    detail: SPECIES_ONLY,
  },
  DENY_PRIVILEGE_ENVELOPE_VIOLATED: {
    scene: {
      config: { enforce_privilege_envelopes: true },
      record: { privilege_envelope: { filesystem_writes: ['/'], secrets_access: ['key'] } },
      input: { env: 'prod' },
    },
    detail: { violations: ['secret_not_allowed', 'write_path_refused'] },
  },
  DENY_BLAST_RADIUS_EXCEEDED: {
    scene: { config: { blast: { on_exceeded: 'deny' } }, input: { blast_score: 26 } },
    detail: { blast_score: 26, limit: 25 },
  },
  DENY_X_BUDGET_UNKNOWN: { scene: { config: { 'x.budgets': [CALLS] } }, detail: {} },
  DENY_X_BUDGET_EXHAUSTED: {
    scene: { config: { 'x.budgets': [CALLS] }, facts: { 'x.spent': SPENT } },
    detail: {
      'x.budgets': [
        {
          budget_id: 'b',
          unit: 'calls',
          limit: 5,
          spent: 5,
          remaining: 0,
          needed: 1,
          resets_in_seconds: 3600,
        },
      ],
    },
  },
  DENY_POLICY_GATE: {
    scene: asking({ policy: DENY }),
    detail: { reason: 'no\nway', policy_version: 'policy.v7' },
  },
  DENY_POLICY_GATE_UNCONFIGURED: { scene: asking(), detail: {} },
  DENY_POLICY_GATE_INVALID_RESPONSE: { scene: asking({ policy: null }), detail: {} },
  DENY_POLICY_GATE_ERROR: { scene: asking({ policy: { throws: true } }), detail: {} },
  DENY_APPROVAL_STALE: {
    scene: {
      facts: { approval: { id: 'a', level: 'gatekeeper', resolver: 'steward', decision_digest: HASH } },
    },
    detail: {},
  },
  DENY_INTERNAL_ERROR: { scene: { facts: { chain: null } }, detail: {} },
};

test('Every code of the table can be given, and no other.', () => {
  expect(Object.keys(ROWS)).toEqual(Object.keys(DENY_CODES));
});

test.each(Object.keys(DENY_CODES) as DenyCode[])(
  '%s carries exactly the members that section 6.4 lists, and the message of the table',
  (code) => {
    const { scene, detail } = ROWS[code];
    const decision = decideScene(scene);
    const { meaning, remedy } = DENY_CODES[code];
    expect(decision.outcome).toBe('DENY');
    expect(decision.denied).toBe(true);
    expect(decision.deny_code).toBe(code);
    expect(decision.deny_reason_if_denied).toEqual({ code, message: `${meaning} ${remedy}`, ...detail });
    expect(Object.keys(decision.deny_reason_if_denied ?? {}).sort()).toEqual(
      ['code', 'message', ...Object.keys(detail)].sort(),
    );
  },
);

test.each(Object.keys(DENY_CODES) as DenyCode[])(
  '%s names no worker, keeps nothing of a hold, and has the one event of a denial',
  (code) => {
    const decision = decideScene(ROWS[code].scene);
    expect(decision).toMatchObject({
      worker_id: null,
      selected_worker_species_id: null,
      supervisor_required: false,
      supervisor_level: null,
      pending_approval_id: null,
      approval_expires_at: null,
      escalation_context: null,
    });
    expect(decision.telemetry_envelopes).toEqual([
      {
        event_id: 'evt.os.task.denied',
        timestamp: decision.timestamp,
        correlation_id: decision.correlation_id,
        tenant_id: decision.tenant_id,
        capability_id: decision.capability_id,
        decision_id: decision.decision_id,
        deny_code: code,
        matched_rule_id: decision.matched_rule_id,
      },
    ]);
  },
);

test('A denial of step 10 carries no hash of the worker.', () => {
  for (const row of Object.values(ROWS).filter(({ detail }) => detail === SPECIES_ONLY)) {
    const { world_digest, artifact_hash, ...rest } = decideScene(row.scene);
    expect(JSON.stringify(rest)).not.toMatch(/[0-9a-f]{64}/);
    expect(world_digest).not.toBeNull();
    expect(artifact_hash).not.toBeNull();
  }
});

test('The switch redact_tenant keeps the tenant out of the reason, and the decision still echoes it.', () => {
  const decision = decideScene({ config: { require_signatory: true, redact_tenant: true } });
  expect(decision.deny_reason_if_denied).toMatchObject({ code: 'DENY_UNKNOWN_TENANT', tenant_id: null });
  expect(decision.deny_reason_if_denied?.message).not.toContain('tenant-a');
  expect(decision.tenant_id).toBe('tenant-a');
});
