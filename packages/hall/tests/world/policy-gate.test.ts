import { type LoadedGate, openGate, type PolicyEngine } from '@wcp/policy';
import { devAllowGate } from '@wcp/router';
import { expect, onTestFinished, test } from 'vitest';
import type { HallPolicyGate } from '../../src/world/policy-gate.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';
import { waitFor } from '../support/wait-for.ts';
import { ACME, CAPABILITIES } from '../support/workers.ts';

const ALLOW = { decision: 'ALLOW', policy_version: 'gate.1', reason: 'fine' } as const;
const later = <T>(value: T, ms = 5) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

async function open(policyGate?: HallPolicyGate | LoadedGate): Promise<TestHall> {
  const hall = await TestHall.open(policyGate === undefined ? {} : { policyGate });
  onTestFinished(() => hall.close());
  return hall;
}
const ask = async (hall: TestHall, members: object = {}) => {
  const input = inputFor('tenant-a', { capability_id: CAPABILITIES.gated, ...members });
  return (await hall.post('tenant', '/wcp/dispatch', input)).json.decision;
};

const CIRCLE: Record<string, unknown> = { ...ALLOW };
CIRCLE['more'] = CIRCLE;

/** What gates answer, and what a decision makes of it. */
const GATES: readonly (readonly [what: string, outcome: string | null, gate: () => unknown])[] = [
  ['allows', null, () => ALLOW],
  ['allows later', null, () => later(ALLOW)],
  ['denies', 'DENY_POLICY_GATE', () => ({ ...ALLOW, decision: 'DENY' })],
  ['denies later', 'DENY_POLICY_GATE', () => later({ ...ALLOW, decision: 'DENY' })],
  ['asks for a human', 'STEWARD_HOLD', () => later({ ...ALLOW, decision: 'REQUIRE_HUMAN' })],
  [
    'throws',
    'DENY_POLICY_GATE_ERROR',
    () => {
      throw new Error('never shown');
    },
  ],
  ['rejects', 'DENY_POLICY_GATE_ERROR', () => Promise.reject(new Error('never shown'))],
  ['answers nothing', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => undefined],
  ['answers null', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => later(null)],
  ['answers what is no JSON', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => 1n],
  ['answers a function', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => later(() => ALLOW)],
  ['answers with no end', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => CIRCLE],
  ['answers a word', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => 'ALLOW'],
  ['answers true', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => true],
  ['answers something like it', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => ({ decision: 'ALLOW' })],
  ['says more than it may', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => ({ ...ALLOW, more: 1 })],
  ['says it in lower case', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => ({ ...ALLOW, decision: 'allow' })],
];

test.each(GATES)('A gate that %s leads to this denial or hold: %s.', async (_what, outcome, gate) => {
  const hall = await open(gate as HallPolicyGate);
  const decision = await ask(hall);
  expect(decision.deny_code ?? (decision.outcome === 'DISPATCH' ? null : decision.outcome)).toBe(outcome);
  expect(JSON.stringify(decision)).not.toContain('never shown');
  expect(hall.delivery.calls).toHaveLength(outcome === null ? 1 : 0);
});

test('A gate that does not answer in time has failed.', async () => {
  const hall = await open(() => new Promise(() => {}));
  expect((await ask(hall)).deny_code).toBe('DENY_POLICY_GATE_ERROR');
});

test('A gate is asked what the protocol says, once, and only where a rule requires it.', async () => {
  const questions: unknown[] = [];
  const hall = await open((question) => {
    questions.push(question);
    return ALLOW;
  });
  await ask(hall, { capability_id: CAPABILITIES.plain });
  await ask(hall, { env: 'moon' });
  await ask(hall, { policy_version: 'policy.other' });
  expect(questions).toEqual([]);
  await ask(hall, { privilege_context: { role: 'clerk' }, blast_score: 4 });
  expect(questions).toEqual([
    {
      capability_id: CAPABILITIES.gated,
      tenant_id: 'tenant-a',
      env: 'dev',
      data_label: 'PUBLIC',
      tenant_risk: 'low',
      qos_class: 'P2',
      policy_version: 'policy.v7',
      rule_id: 'rr_cap_ml_infer',
      worker_id: ACME,
      worker_species_id: 'wrk.doc.summarizer',
      authority: 'org.acme',
      risk_tier: 'low',
      blast_score: 4,
      privilege_envelope: { secrets_access: [], network_egress: 'none', filesystem_writes: [], tools: [] },
      privilege_context: { role: 'clerk' },
    },
  ]);
});

test('A level that a gate names counts where it is graver than that of the rule.', async () => {
  const hall = await open(() => ({ ...ALLOW, decision: 'REQUIRE_HUMAN', supervisor_level: 'executor' }));
  expect(await ask(hall)).toMatchObject({ outcome: 'STEWARD_HOLD', supervisor_level: 'executor' });
});

test('Without a gate, a rule that requires one denies.', async () => {
  expect((await ask(await open())).deny_code).toBe('DENY_POLICY_GATE_UNCONFIGURED');
});

test.each([
  ['dev', null],
  ['stage', 'DENY_POLICY_GATE_UNCONFIGURED'],
  ['prod', 'DENY_POLICY_GATE_UNCONFIGURED'],
])('In %s the gate that allows everything gives the deny code %s.', async (env, code) => {
  const hall = await open(devAllowGate);
  expect((await ask(hall, { env })).deny_code).toBe(code);
});

test('Many gates at the same time each answer for their own request.', async () => {
  const hall = await open(({ blast_score, tenant_id }) =>
    later({ ...ALLOW, reason: `${tenant_id} ${blast_score}` }, 20 - blast_score),
  );
  const scores = Array.from({ length: 15 }, (_, index) => index + 2);
  const decisions = await Promise.all(scores.map((blast_score) => ask(hall, { blast_score })));
  const reasons = decisions.map(
    ({ telemetry_envelopes }) => telemetry_envelopes.at(-1) as { event_id: string; reason: string },
  );
  expect(reasons.map(({ reason }) => reason)).toEqual(scores.map((score) => `tenant-a ${score}`));
});

test('A freeze that comes while a gate is being asked still denies.', async () => {
  let answer = (_: typeof ALLOW) => {};
  const hall = await open(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const received = ask(hall);
  await waitFor('the question', () => answer.length === 1 && answer.name !== 'answer');
  await hall.post('steward', '/wcp/freeze', { scope: 'hall', reason: 'stop' });
  answer(ALLOW);
  expect((await received).deny_code).toBe('DENY_FROZEN');
  expect(hall.delivery.calls).toEqual([]);
});

test('A gate is not asked about a frozen request.', async () => {
  let received = 0;
  const hall = await open(() => {
    received += 1;
    return ALLOW;
  });
  await hall.post('steward', '/wcp/freeze', { scope: 'tenant', value: 'tenant-a', reason: 'stop' });
  expect((await ask(hall)).deny_code).toBe('DENY_FROZEN');
  expect(received).toBe(0);
});

test('A worker that is removed while a gate is being asked gets nothing any more.', async () => {
  let answer: (verdict: typeof ALLOW) => void = () => {};
  let received = 0;
  const hall = await open(() => {
    received += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  const decision = ask(hall);
  await waitFor('the question', () => received === 1);
  expect((await hall.ask('admin', 'DELETE', `/wcp/workers/${ACME}`)).status).toBe(200);
  answer(ALLOW);
  expect(await decision).toMatchObject({ outcome: 'DENY', deny_code: 'DENY_NO_AVAILABLE_WORKER' });
  expect(hall.delivery.calls).toHaveLength(0);
});

/** A gate of the package, whose engine denies its self-test and then answers so. */
function loadedGate(answer: () => unknown): Promise<LoadedGate> {
  const engine = {
    policy_version: 'sha256:1',
    decide: ({ capability_id }: { readonly capability_id: string }) =>
      capability_id === CAPABILITIES.gated ? answer() : { decision: 'DENY', reason: '' },
  } as PolicyEngine;
  return openGate(
    { kind: 'test', watched: [], load: async () => ({ ok: true, engine }) },
    { timeout_ms: 20 },
  );
}

test.each([
  ['allows', null, () => ({ decision: 'ALLOW', reason: 'fine' })],
  ['denies', 'DENY_POLICY_GATE', async () => ({ decision: 'DENY', reason: 'no' })],
  ['throws', 'DENY_POLICY_GATE_ERROR', () => Promise.reject(new Error('never shown'))],
  ['never answers', 'DENY_POLICY_GATE_ERROR', () => new Promise(() => {})],
  ['answers something else', 'DENY_POLICY_GATE_INVALID_RESPONSE', () => ({ decision: 'PERMIT' })],
])('A loaded engine that %s leads to the deny code %s.', async (_, code, answer) => {
  const hall = await open(await loadedGate(answer));
  const decision = await ask(hall);
  expect(decision.deny_code).toBe(code);
  expect(JSON.stringify(decision)).not.toContain('never shown');
  expect(hall.hall.health().gate).toMatchObject({
    kind: 'test',
    policy_version: 'sha256:1',
    stale_since: null,
  });
});
