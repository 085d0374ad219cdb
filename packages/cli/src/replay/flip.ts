import type { RouteDecision } from '@wcp/spec';
import type { DecisionRecord } from '@wcp/spec/hall';

/** How a decision came out differently. */
export type FlipKind =
  | 'allow_to_deny'
  | 'allow_to_hold'
  | 'deny_to_allow'
  | 'deny_to_hold'
  | 'hold_to_allow'
  | 'hold_to_deny'
  | 'other_worker'
  | 'other_level';

/** How a decision came out. */
export interface Verdict {
  readonly outcome: RouteDecision['outcome'];
  readonly deny_code: string | null;
  /** The worker that runs, or that waits for a steward. */
  readonly worker_id: string | null;
  readonly supervisor_level: string | null;
  readonly matched_rule_id: string;
}

/** A decision that came out differently. */
export interface Flip {
  readonly kind: FlipKind;
  readonly decision_id: string | null;
  readonly timestamp: string | null;
  readonly tenant_id: string | null;
  readonly capability_id: string | null;
  readonly before: Verdict;
  readonly after: Verdict;
}

type Outcome = RouteDecision['outcome'];

/** By outcome before and after. */
const FLIPS: Readonly<Record<Outcome, Partial<Readonly<Record<Outcome, FlipKind>>>>> = {
  DISPATCH: { DENY: 'allow_to_deny', STEWARD_HOLD: 'allow_to_hold' },
  DENY: { DISPATCH: 'deny_to_allow', STEWARD_HOLD: 'deny_to_hold' },
  STEWARD_HOLD: { DISPATCH: 'hold_to_allow', DENY: 'hold_to_deny' },
};

/** How a decision came out differently from the record; null if it did not. */
export function flipOf({ decision }: DecisionRecord, again: RouteDecision): Flip | null {
  const [before, after] = [verdictOf(decision), verdictOf(again)];
  const kind = kindOf(before, after);
  if (kind === null) return null;
  const { decision_id, timestamp, tenant_id, capability_id } = decision;
  return { kind, decision_id, timestamp, tenant_id, capability_id, before, after };
}

/** The outcome of a decision, in short. */
export function verdictOf(decision: RouteDecision): Verdict {
  const { outcome, deny_code, supervisor_level, matched_rule_id, escalation_context } = decision;
  const worker_id = decision.worker_id ?? escalation_context?.worker_id ?? null;
  return { outcome, deny_code, worker_id, supervisor_level, matched_rule_id };
}

function kindOf(before: Verdict, after: Verdict): FlipKind | null {
  if (before.outcome !== after.outcome) return FLIPS[before.outcome]?.[after.outcome] ?? 'other_level';
  if (before.outcome === 'DENY') return null;
  if (before.worker_id !== after.worker_id) return 'other_worker';
  return before.supervisor_level === after.supervisor_level ? null : 'other_level';
}
