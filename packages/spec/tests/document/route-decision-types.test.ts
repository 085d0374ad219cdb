// What the compiler knows of a decision: `tsc --project tsconfig.tests.json` checks these, vitest runs them.
import { expectTypeOf, test } from 'vitest';
import type { DecisionMembers, EscalationContext } from '../../src/document/index.ts';
import {
  checkId,
  type DenyCode,
  type DenyDecision,
  type DispatchDecision,
  type HoldDecision,
  type RouteDecision,
} from '../../src/index.ts';
import { type RouteInputReading, readRouteInput } from '../../src/input/index.ts';

/** A decision that nobody made: these functions are checked, and never called. */
type Check = (decision: RouteDecision) => void;

test('A dispatch names its worker, its species, its tenant and its blast score.', () => {
  const check: Check = (decision) => {
    if (decision.outcome !== 'DISPATCH') return;
    expectTypeOf(decision).toEqualTypeOf<DispatchDecision>();
    expectTypeOf(decision.worker_id).toEqualTypeOf<string>();
    expectTypeOf(decision.selected_worker_species_id).toEqualTypeOf<string>();
    expectTypeOf(decision.tenant_id).toEqualTypeOf<string>();
    expectTypeOf(decision.decision_id).toEqualTypeOf<string>();
    expectTypeOf(decision.blast_score).toEqualTypeOf<number>();
    expectTypeOf(decision.deny_code).toEqualTypeOf<null>();
    expectTypeOf(decision.pending_approval_id).toEqualTypeOf<null>();
    expectTypeOf(decision.escalation_context).toEqualTypeOf<EscalationContext | null>();
  };
  expectTypeOf(check).toBeFunction();
});

test('A denial has a deny code and a reason with the same codes, and no worker.', () => {
  const check: Check = (decision) => {
    if (decision.outcome !== 'DENY') return;
    expectTypeOf(decision).toEqualTypeOf<DenyDecision>();
    expectTypeOf(decision.deny_code).toEqualTypeOf<DenyCode>();
    expectTypeOf(decision.deny_reason_if_denied.code).toEqualTypeOf<DenyCode>();
    expectTypeOf(decision.worker_id).toEqualTypeOf<null>();
    expectTypeOf(decision.supervisor_level).toEqualTypeOf<null>();
    expectTypeOf(decision.tenant_id).toEqualTypeOf<string | null>();
  };
  expectTypeOf(check).toBeFunction();
});

test('A hold has a context and, unless it is a dry run, a pending approval.', () => {
  const check: Check = (decision) => {
    if (decision.outcome !== 'STEWARD_HOLD') return;
    expectTypeOf(decision).toEqualTypeOf<HoldDecision>();
    expectTypeOf(decision.escalation_context).toEqualTypeOf<EscalationContext>();
    expectTypeOf(decision.worker_id).toEqualTypeOf<null>();
    expectTypeOf(decision.supervisor_required).toEqualTypeOf<true>();
    expectTypeOf(decision.pending_approval_id).toEqualTypeOf<string | null>();
    if (decision.dry_run) expectTypeOf(decision.pending_approval_id).toEqualTypeOf<null>();
    else {
      expectTypeOf(decision.pending_approval_id).toEqualTypeOf<string>();
      expectTypeOf(decision.approval_expires_at).toEqualTypeOf<string>();
    }
  };
  expectTypeOf(check).toBeFunction();
});

test('`denied` tells decisions apart as well, and every decision is what the JSON Schema describes', () => {
  const check: Check = (decision) => {
    if (decision.denied) expectTypeOf(decision).toEqualTypeOf<DenyDecision>();
    else expectTypeOf(decision).toEqualTypeOf<DispatchDecision | HoldDecision>();
  };
  expectTypeOf(check).toBeFunction();
  expectTypeOf<RouteDecision>().toExtend<DecisionMembers>();
  expectTypeOf<keyof DispatchDecision>().toEqualTypeOf<keyof DecisionMembers>();
  expectTypeOf<keyof DenyDecision>().toEqualTypeOf<keyof DecisionMembers>();
  expectTypeOf<keyof HoldDecision>().toEqualTypeOf<keyof DecisionMembers>();
});

test('A valid id has a canonical form, and an accepted input has every required member.', () => {
  const check = checkId('cap.doc.summarize');
  if (check.valid) expectTypeOf(check.canonical).toEqualTypeOf<string>();
  else expectTypeOf(check.canonical).toEqualTypeOf<null>();
  const reading: RouteInputReading = readRouteInput({});
  if (reading.deny_code === null) expectTypeOf(reading.tenant_id).toEqualTypeOf<string>();
  else expectTypeOf(reading.tenant_id).toEqualTypeOf<string | null>();
});
