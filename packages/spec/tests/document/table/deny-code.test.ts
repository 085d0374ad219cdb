import { expect, test } from 'vitest';
import { DENY_CODES } from '../../../src/index.ts';

/** Section 5: each step and the codes that it gives; 0 is any step. */
const STEPS: readonly (readonly [step: number, codes: readonly string[]])[] = [
  [0, ['DENY_INTERNAL_ERROR']],
  [1, ['DENY_INVALID_INPUT', 'DENY_MISSING_TENANT_ID', 'DENY_MISSING_CORRELATION_ID']],
  [2, ['DENY_HALL_MISCONFIGURED']],
  [3, ['DENY_FROZEN']],
  [4, ['DENY_UNKNOWN_TENANT', 'DENY_TENANT_ENV_NOT_ALLOWED']],
  [5, ['DENY_TENANT_CREDENTIAL_INVALID']],
  [6, ['DENY_POLICY_VERSION_MISMATCH']],
  [7, ['DENY_SHADOW_RULES_DETECTED']],
  [8, ['DENY_NO_MATCHING_RULE']],
  [9, ['DENY_NO_AVAILABLE_WORKER', 'DENY_MISSING_REQUIRED_CONTROLS', 'DENY_UNTRUSTED_AUTHORITY']],
  [
    10,
    [
      'DENY_WORKER_BANNED',
      'DENY_WORKER_ATTESTATION_MISSING',
      'DENY_WORKER_ATTESTATION_INVALID_HASH',
      'DENY_WORKER_HASH_UNAVAILABLE',
      'DENY_WORKER_TAMPERED',
      'DENY_UNSIGNED_ARTIFACT',
    ],
  ],
  [11, ['DENY_PRIVILEGE_ENVELOPE_VIOLATED']],
  [12, ['DENY_BLAST_RADIUS_EXCEEDED', 'DENY_X_BUDGET_UNKNOWN', 'DENY_X_BUDGET_EXHAUSTED']],
  [
    13,
    [
      'DENY_POLICY_GATE',
      'DENY_POLICY_GATE_UNCONFIGURED',
      'DENY_POLICY_GATE_INVALID_RESPONSE',
      'DENY_POLICY_GATE_ERROR',
    ],
  ],
  [15, ['DENY_APPROVAL_STALE']],
];

test('The table holds every deny code of the protocol and no other.', () => {
  expect(Object.keys(DENY_CODES).toSorted()).toEqual(STEPS.flatMap(([, codes]) => codes).toSorted());
});

test.each(STEPS)('Step %i may deny with %j', (step, codes) => {
  for (const code of codes) {
    const section = step === 0 ? '5' : `5.${step}`;
    expect(DENY_CODES[code as keyof typeof DENY_CODES]).toMatchObject({ step, section });
  }
});

test.each(Object.entries(DENY_CODES))(
  '%s has a meaning and a remedy of one line each',
  (_code, { meaning, remedy }) => {
    for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z][ -~]{10,}\.$/);
    expect(meaning).not.toBe(remedy);
  },
);
