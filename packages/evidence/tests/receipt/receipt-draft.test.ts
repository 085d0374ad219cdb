import { decisionDigest, factsDigest, type RouteDecision } from '@wcp/spec';
import { ENFORCED_MEMBERS, type Enforcement } from '@wcp/spec/document';
import { describe, expect, test } from 'vitest';
import { appendReceipt, createReceiptChain, verifyReceipts } from '../../src/index.ts';
import { decisionReceipt, outcomeReceipt } from '../../src/receipt/index.ts';
import { key, keys } from '../support.ts';

const receipt_id = '01890a5d-ac96-774b-bcce-b302099a8057';
const decision = {
  decision_id: '0b0c8a1e-8e7a-4c39-9a55-7f1f5d2f9b11',
  timestamp: '2026-01-01T00:00:00.000Z',
  decided_at: '2026-01-01T00:00:00.000Z',
  outcome: 'DISPATCH',
  denied: false,
  deny_code: null,
  correlation_id: 'corr-1',
  tenant_id: 'tenant-1',
  capability_id: 'cap.doc.summarize',
  selected_worker_species_id: 'wrk.doc.summarizer',
  worker_id: 'org.acme.doc-summarizer.prod-01',
  controls_applied: ['ctrl.obs.audit-log-append-only'],
  artifact_hash: `sha256:${'a'.repeat(64)}`,
  world_digest: `sha256:${'c'.repeat(64)}`,
  supervisor_required: false,
  telemetry_envelopes: [],
} as unknown as RouteDecision;
const withOutcome = (outcome: RouteDecision['outcome']) => ({ ...decision, outcome }) as RouteDecision;
const input = { capability_id: 'cap.doc.summarize' };

describe('the receipt of a decision', () => {
  test('The receipt of a decision states the decision, its subject and its world.', () => {
    expect(decisionReceipt({ receipt_id, decision, input })).toEqual({
      receipt_id,
      kind: 'decision',
      stream: 'tenant-1',
      correlation_id: 'corr-1',
      decision_id: decision.decision_id,
      dispatched_at: decision.timestamp,
      worker_id: 'org.acme.doc-summarizer.prod-01',
      worker_species_id: 'wrk.doc.summarizer',
      capability_id: 'cap.doc.summarize',
      policy_decision: 'ALLOW',
      deny_code: null,
      controls_verified: ['ctrl.obs.audit-log-append-only'],
      artifact_hash: decision.artifact_hash,
      decision_digest: decisionDigest(input, decision),
      world_digest: decision.world_digest,
      outcome: null,
    });
  });

  test.each([
    ['DISPATCH', 'ALLOW'],
    ['DENY', 'DENY'],
    ['STEWARD_HOLD', 'REQUIRE_HUMAN'],
  ] as const)('The receipt of a %s says %s.', (outcome, policy_decision) => {
    expect(decisionReceipt({ receipt_id, decision: withOutcome(outcome), input }).policy_decision).toBe(
      policy_decision,
    );
  });

  test('The receipt of an approved or advisory dispatch says ALLOW.', () => {
    const supervised = { ...decision, supervisor_required: true, supervisor_level: 'gatekeeper' };
    expect(
      decisionReceipt({ receipt_id, decision: supervised as RouteDecision, input }).policy_decision,
    ).toBe('ALLOW');
  });

  test('The receipt of a decision has the stream "(none)" if the input has no tenant.', () => {
    const unnamed = { ...decision, tenant_id: null } as RouteDecision;
    expect(decisionReceipt({ receipt_id, decision: unnamed, input }).stream).toBe('(none)');
  });

  test('The receipt of a decision names what it was made from where that is given, and null where that has no canonical JSON.', () => {
    const draft = (facts?: object) =>
      decisionReceipt({ receipt_id, decision, input, ...(facts && { facts }) });
    const facts = { now: '2026-01-01T00:00:00.000Z', banned_hashes: [] };
    expect(draft(facts).facts_digest).toBe(factsDigest(facts));
    expect(draft({ now: '\ud800' }).facts_digest).toBeNull();
    expect(draft()).not.toHaveProperty('facts_digest');
  });

  test('The receipt of a decision has no digest, and does not throw, if the input has no canonical JSON.', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const broken of [circular, 1n, Number.NaN, { text: '\ud800' }, undefined]) {
      expect(decisionReceipt({ receipt_id, decision, input: broken }).decision_digest).toBeNull();
    }
  });
});

describe('the receipt of an outcome', () => {
  test('The receipt of an outcome states what the decision’s receipt states, and the outcome.', () => {
    const decided = decisionReceipt({ receipt_id, decision, input });
    const { chain, receipt } = appendReceipt(createReceiptChain(key), decided);
    const outcome = { status: 'ok', result_hash: `sha256:${'e'.repeat(64)}`, duration_ms: 12 } as const;
    const draft = outcomeReceipt({ receipt_id, decided: receipt, outcome });
    expect(draft).toEqual({ ...decided, kind: 'outcome', outcome });
    expect(verifyReceipts([receipt, appendReceipt(chain, draft).receipt], keys).findings).toEqual([]);
  });

  test('The receipt of an outcome states what kept the worker within its envelope, and nothing where that is not known.', () => {
    const decided = decisionReceipt({ receipt_id, decision, input });
    const outcome = { status: 'ok', result_hash: null, duration_ms: 12 } as const;
    const declared = { level: 'declared', by: null } as const;
    const enforcement = Object.fromEntries(
      ENFORCED_MEMBERS.map((member) => [member, declared]),
    ) as Enforcement;
    const draft = outcomeReceipt({ receipt_id, decided, outcome, enforcement });
    expect(draft).toEqual({ ...decided, kind: 'outcome', outcome, enforcement });
    expect(outcomeReceipt({ receipt_id, decided, outcome })).not.toHaveProperty('enforcement');
  });
});
