// Every decision satisfies the schema that other languages read.
import { DENY_CODES, type RouteDecision } from '@wcp/spec';
import { RouteDecisionSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { compileWorld, decide } from '../../src/index.ts';
import { generated } from '../generated.ts';

const validator = Compile(RouteDecisionSchema);

const CASES = 4_000;
const decisions: readonly RouteDecision[] = Array.from({ length: CASES }, (_, seed) => {
  const { documents, facts, input } = generated(seed);
  return decide(compileWorld(documents), facts, input);
});

test('The generated cases reach every outcome and nearly every deny code.', () => {
  expect(new Set(decisions.map(({ outcome }) => outcome)).size).toBe(3);
  const codes = new Set(decisions.map(({ deny_code }) => deny_code));
  expect(codes.size).toBeGreaterThan(Object.keys(DENY_CODES).length - 3);
});

test('Every decision satisfies RouteDecisionSchema, as it stands and as JSON.', () => {
  for (const [seed, decision] of decisions.entries()) {
    for (const value of [decision, JSON.parse(JSON.stringify(decision))]) {
      if (!validator.Check(value)) expect(validator.Errors(value), `seed ${seed}`).toEqual([]);
    }
  }
});

test('The schema refuses a decision with an extra member, a missing member or a malformed one.', () => {
  const [decision] = decisions as [RouteDecision];
  const { dry_run: _, ...fewer } = decision;
  expect(validator.Check(decision)).toBe(true);
  for (const wrong of [
    fewer,
    { ...decision, more: 1 },
    { ...decision, outcome: 'MAYBE' },
    { ...decision, worker_id: 7 },
  ])
    expect(validator.Check(wrong)).toBe(false);
});

test('Every decision has the same members in the same order, and nothing but JSON in them.', () => {
  const names = Object.keys(decisions[0] as RouteDecision);
  expect(names.sort()).toEqual(Object.keys(RouteDecisionSchema.properties).sort());
  for (const decision of decisions) {
    expect(Object.keys(decision).sort()).toEqual(names);
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
  }
});

/** What holds for each outcome, whatever led to it (sections 5 and 6). */
test('The members of a decision agree with its outcome.', () => {
  for (const decision of decisions) {
    const { outcome, denied, worker_id, selected_worker_species_id, deny_code, deny_reason_if_denied } =
      decision;
    expect(denied).toBe(outcome === 'DENY');
    expect(deny_code !== null).toBe(denied);
    expect(deny_reason_if_denied?.code ?? null).toBe(deny_code);
    expect(worker_id !== null).toBe(outcome === 'DISPATCH');
    expect(selected_worker_species_id !== null).toBe(outcome === 'DISPATCH');
    expect(decision.controls_applied).toEqual(decision.required_controls_effective);
    expect(decision.worker_attestation_checked).toBe(decision.worker_attestation_valid !== null);
    expect(decision.supervisor_required).toBe(decision.escalation_context !== null);
    expect(decision.supervisor_level !== null).toBe(decision.supervisor_required);
    expect(decision.pending_approval_id !== null).toBe(outcome === 'STEWARD_HOLD' && !decision.dry_run);
    expect(decision.approval_expires_at !== null).toBe(decision.pending_approval_id !== null);
    expect(decision.telemetry_envelopes.every((event) => event.dry_run === true)).toBe(decision.dry_run);
  }
});
