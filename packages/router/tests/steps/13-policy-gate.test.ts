import { SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { devAllowGate, type PolicyGate, type PolicyGateRequest } from '../../src/index.ts';
import { askGate, readVerdict } from '../../src/steps/policy-verdict.ts';
import { ALLOW, ASK, DENY, decideScene, type Scene, together, WORKER_ID } from '../support.ts';

const GATED: Scene = { rule: { decision: { escalation: { policy_gate: true } } } };
const withPolicy = (policy: unknown): Scene => together(GATED, { facts: { policy } });

test.each<[string, unknown]>([
  ['ALLOW', ALLOW],
  ['DENY', DENY],
  ['REQUIRE_HUMAN', ASK],
  ...SUPERVISOR_LEVELS.map(
    (level) => [`REQUIRE_HUMAN at ${level}`, { ...ASK, supervisor_level: level }] as [string, unknown],
  ),
  ['empty texts', { decision: 'ALLOW', policy_version: '', reason: '' }],
])('%s is a verdict', (_title, verdict) => {
  expect(readVerdict(verdict)).toEqual(verdict);
  expect(readVerdict(verdict)).not.toBe(verdict);
});

const INVALID: readonly (readonly [title: string, value: unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['a text', 'ALLOW'],
  ['a list', [ALLOW]],
  ['an empty object', {}],
  ['an unknown decision', { ...ALLOW, decision: 'MAYBE' }],
  ['a decision in lower case', { ...ALLOW, decision: 'allow' }],
  ['a decision that is no text', { ...ALLOW, decision: ['ALLOW'] }],
  ['no policy_version', { decision: 'ALLOW', reason: '' }],
  ['no reason', { decision: 'ALLOW', policy_version: '' }],
  ['no decision', { policy_version: '', reason: '' }],
  ['a reason that is no text', { ...ALLOW, reason: null }],
  ['a policy_version that is no text', { ...ALLOW, policy_version: 7 }],
  ['an unknown member', { ...ALLOW, more: 'x' }],
  ['an unknown member of a hold', { ...ASK, more: 'x' }],
  ['an unknown member in the place of the level', { ...ASK, zone: 'executor' }],
  ['another member in the place of one', { decision: 'ALLOW', policy_version: '', why: '' }],
  ['a level beside ALLOW', { ...ALLOW, supervisor_level: 'gatekeeper' }],
  ['a level beside DENY', { ...DENY, supervisor_level: 'gatekeeper' }],
  ['an unknown level', { ...ASK, supervisor_level: 'boss' }],
  ['a level of null', { ...ASK, supervisor_level: null }],
  ['a level that is undefined', { ...ASK, supervisor_level: undefined }],
  ['a lone surrogate', { ...ALLOW, policy_version: '\udfff' }],
  ['throws beside more', { throws: true, more: 1 }],
  ['throws that is not true', { throws: 'true' }],
  ['throws that is false', { throws: false }],
];

test.each(INVALID)('%s is not a verdict', (_title, value) => {
  expect(readVerdict(value)).toBe('invalid');
  expect(askGate((() => value) as PolicyGate, {} as PolicyGateRequest)).toBe('invalid');
  // An absent member is not among the facts; undefined is no JSON and costs the facts their form.
  if (value !== undefined && !Object.values(Object(value)).includes(undefined))
    expect(decideScene(withPolicy(value)).deny_code).toBe('DENY_POLICY_GATE_INVALID_RESPONSE');
});

test('Exactly {"throws": true} stands for a gate that fails.', () => {
  expect(readVerdict({ throws: true })).toBe('error');
  expect(decideScene(withPolicy({ throws: true })).deny_code).toBe('DENY_POLICY_GATE_ERROR');
  const gate = (() => ({ throws: true })) as unknown as PolicyGate;
  expect(decideScene({ ...GATED, gate }).deny_code).toBe('DENY_POLICY_GATE_ERROR');
});

test('The gate is given exactly the members of step 13.', () => {
  const asked: PolicyGateRequest[] = [];
  const gate: PolicyGate = (request) => {
    asked.push(request);
    return ALLOW;
  };
  decideScene({
    ...GATED,
    gate,
    config: { policy_version: 'policy.v3' },
    input: { privilege_context: { role: 'admin' }, blast_score: 4, tenant_credential: 'secret' },
  });
  decideScene({ ...GATED, gate, record: { privilege_envelope: undefined, risk_tier: 'critical' } });
  expect(asked).toEqual([
    {
      capability_id: 'cap.doc.summarize',
      tenant_id: 'tenant-a',
      env: 'dev',
      data_label: 'INTERNAL',
      tenant_risk: 'low',
      qos_class: 'P2',
      policy_version: 'policy.v3',
      rule_id: 'r1',
      worker_id: WORKER_ID,
      worker_species_id: 'wrk.doc.summarizer',
      authority: 'org.acme',
      risk_tier: 'low',
      blast_score: 4,
      privilege_envelope: { network_egress: 'none' },
      privilege_context: { role: 'admin' },
    },
    {
      ...(asked[0] as PolicyGateRequest),
      policy_version: 'policy.v0',
      risk_tier: 'critical',
      blast_score: 1,
      privilege_envelope: null,
      privilege_context: null,
    },
  ]);
});

test('The gate is asked only where the rule says so, and then once.', () => {
  let asked = 0;
  const gate: PolicyGate = () => {
    asked += 1;
    return ALLOW;
  };
  expect(decideScene({ gate }).outcome).toBe('DISPATCH');
  expect(asked).toBe(0);
  expect(decideScene({ ...GATED, gate }).outcome).toBe('DISPATCH');
  expect(asked).toBe(1);
  expect(decideScene(together({ ...GATED, gate }, { facts: { policy: ALLOW } })).outcome).toBe('DISPATCH');
  expect(asked).toBe(1);
});

test.each<[string, unknown]>([
  ['a denial', DENY],
  ['a failure', { throws: true }],
  ['junk', 7],
  ['a lone surrogate', '\ud800'],
])('The fact policy has no effect where the rule does not use the gate: %s', (_title, policy) => {
  expect(decideScene({ facts: { policy } }).outcome).toBe('DISPATCH');
});

test("a verdict names its own policy version, which is not compared with the Hall's", () => {
  const decision = decideScene(withPolicy(ALLOW));
  expect(decision).toMatchObject({ outcome: 'DISPATCH', policy_version: 'policy.v0' });
  expect(decision.telemetry_envelopes.at(-1)).toMatchObject({
    decision: 'ALLOW',
    policy_version: 'policy.v7',
  });
});

test('The denial of a gate carries its reason and version unescaped.', () => {
  const verdict = { decision: 'DENY', policy_version: 'v\\\u202e', reason: 'two\nlines\u0007' };
  expect(decideScene(withPolicy(verdict)).deny_reason_if_denied).toMatchObject({
    code: 'DENY_POLICY_GATE',
    reason: 'two\nlines\u0007',
    policy_version: 'v\\\u202e',
  });
});

test('The function devAllowGate allows everything in dev and counts as no gate elsewhere.', () => {
  expect(devAllowGate({} as PolicyGateRequest)).toEqual({
    decision: 'ALLOW',
    policy_version: 'policy.dev-allow',
    reason: 'development: everything is allowed',
  });
  expect(decideScene({ ...GATED, gate: devAllowGate }).outcome).toBe('DISPATCH');
  for (const env of ['stage', 'prod', 'edge']) {
    expect(decideScene({ ...GATED, gate: devAllowGate, input: { env } }).deny_code).toBe(
      'DENY_POLICY_GATE_UNCONFIGURED',
    );
    expect(
      decideScene({ ...GATED, gate: devAllowGate, input: { env }, facts: { policy: ALLOW } }).outcome,
    ).toBe('DISPATCH');
  }
});
