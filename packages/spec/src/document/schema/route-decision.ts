import { type Static, Type } from 'typebox';
import type { DenyCode } from '../table/deny-code.ts';
import { BudgetShortageSchema } from './budget.ts';
import {
  closed,
  dataLabel,
  env,
  hashWritten,
  id,
  nullable,
  opaqueId,
  qosClass,
  score100,
  setOf,
  supervisorLevel,
  tenantRisk,
  time,
} from './common.ts';
import { TelemetryEventSchema } from './telemetry-event.ts';

/** Why a candidate's species was not taken (section 5, step 9). */
export const SKIP_REASONS = [
  'not_enrolled',
  'capability_not_declared',
  'untrusted_authority',
  'env_not_allowed',
  'catalog_incompatible',
  'unavailable',
  'missing_controls',
  'already_selected',
] as const;
/** One of {@link SKIP_REASONS}. */
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What an envelope may violate (section 13, "`privilege_policy`"), sorted. */
export const ENVELOPE_VIOLATIONS = [
  'egress_not_allowlisted',
  'egress_not_none',
  'egress_unrestricted',
  'envelope_missing',
  'secret_not_allowed',
  'write_path_refused',
] as const;
/** One of {@link ENVELOPE_VIOLATIONS}. */
export type EnvelopeViolation = (typeof ENVELOPE_VIOLATIONS)[number];

/** Why a decision may be held for a human, in the order of the steps. */
export const HOLD_REASONS = ['BLAST_RADIUS_EXCEEDED', 'POLICY_GATE', 'RULE'] as const;
/** One of {@link HOLD_REASONS}. */
export type HoldReason = (typeof HOLD_REASONS)[number];

/** A sentence for a person, with nothing in it that moves a terminal's cursor or turns its direction (section 3). */
const message = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]*$',
});
const FindingSchema = closed({ path: Type.String(), code: Type.String(), message });

const DenyReasonSchema = closed({
  code: Type.String(),
  message,
  findings: Type.Optional(Type.Array(FindingSchema, { uniqueItems: true })),
  missing: Type.Optional(setOf(id('control'))),
  violations: Type.Optional(setOf(Type.Enum([...ENVELOPE_VIOLATIONS]))),
  blast_score: Type.Optional(Type.Integer()),
  limit: Type.Optional(Type.Integer()),
  tenant_id: Type.Optional(nullable(opaqueId())),
  dead_rules: Type.Optional(Type.Array(opaqueId())),
  expected: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  policy_version: Type.Optional(Type.String()),
  worker_species_id: Type.Optional(id('worker_species')),
  'x.budgets': Type.Optional(Type.Array(BudgetShortageSchema)),
});

const CandidateReportSchema = closed({
  worker_species_id: id('worker_species'),
  score_hint: nullable(Type.Number()),
  requires_controls_minimum: Type.Array(id('control')),
  skip_reason: nullable(Type.Enum([...SKIP_REASONS])),
});

const EscalationEffectiveSchema = closed({
  policy_gate: Type.Boolean(),
  human_required_default: Type.Boolean(),
  human_required_if: Type.Array(Type.Object({}, { additionalProperties: true })),
  supervisor_level: nullable(supervisorLevel),
  rationale: nullable(Type.String()),
  msavx_step_up: Type.Boolean(),
});

const EscalationContextSchema = closed({
  reasons: Type.Array(closed({ reason: Type.Enum([...HOLD_REASONS]), level: supervisorLevel })),
  capability_id: id('capability'),
  blast_score: score100,
  tenant_risk: tenantRisk,
  data_label: dataLabel,
  policy_version: Type.String(),
  worker_id: id('worker'),
  worker_species_id: id('worker_species'),
});

/** The answer to a capability request (section 6). Members that do not apply are null, not missing. */
export const RouteDecisionSchema = closed(
  {
    decision_id: nullable(Type.String()),
    timestamp: nullable(time()),
    decided_at: nullable(time()),
    outcome: Type.Enum(['DISPATCH', 'DENY', 'STEWARD_HOLD']),
    denied: Type.Boolean(),
    deny_code: nullable(Type.String({ pattern: '^DENY_[A-Z_]+$' })),
    deny_reason_if_denied: nullable(DenyReasonSchema),
    correlation_id: nullable(opaqueId()),
    tenant_id: nullable(opaqueId()),
    capability_id: nullable(id('capability')),
    env: nullable(env),
    data_label: nullable(dataLabel),
    tenant_risk: nullable(tenantRisk),
    qos_class: nullable(qosClass),
    matched_rule_id: opaqueId(),
    selected_worker_species_id: nullable(id('worker_species')),
    worker_id: nullable(id('worker')),
    candidate_workers_ranked: Type.Array(CandidateReportSchema),
    required_controls_effective: setOf(id('control')),
    controls_applied: setOf(id('control')),
    recommended_profiles_effective: Type.Array(
      closed({ profile_id: id('profile'), score: nullable(Type.Number()) }),
    ),
    escalation_effective: nullable(EscalationEffectiveSchema),
    preconditions_checked: nullable(setOf(Type.String())),
    blast_score: nullable(score100),
    blast_gate_passed: nullable(Type.Boolean()),
    privilege_envelope_ok: nullable(Type.Boolean()),
    policy_version: Type.String(),
    worker_attestation_checked: Type.Boolean(),
    worker_attestation_valid: nullable(Type.Boolean()),
    supervisor_required: Type.Boolean(),
    supervisor_level: nullable(supervisorLevel),
    pending_approval_id: nullable(Type.String()),
    approval_expires_at: nullable(time()),
    escalation_context: nullable(EscalationContextSchema),
    dry_run: Type.Boolean(),
    artifact_hash: nullable(hashWritten()),
    world_digest: nullable(hashWritten()),
    telemetry_envelopes: Type.Array(TelemetryEventSchema),
  },
  { title: 'RouteDecision', description: 'The answer to a capability request (WCP section 6).' },
);

/** A decision as its JSON Schema describes it, before `outcome` tells the three kinds apart (section 6). */
export type DecisionMembers = Static<typeof RouteDecisionSchema>;

/** Members of which these are never null, and these have one value or type. */
type Settled<NotNull extends keyof DecisionMembers, Fixed> = Omit<DecisionMembers, NotNull | keyof Fixed> & {
  [Name in NotNull]: NonNullable<DecisionMembers[Name]>;
} & Fixed;

/** Members that are set in every decision that went through all fifteen steps (section 6.2). */
type SetByTheSteps =
  | 'decision_id'
  | 'timestamp'
  | 'decided_at'
  | 'correlation_id'
  | 'tenant_id'
  | 'capability_id'
  | 'env'
  | 'data_label'
  | 'tenant_risk'
  | 'qos_class'
  | 'escalation_effective'
  | 'preconditions_checked'
  | 'blast_score'
  | 'blast_gate_passed'
  | 'artifact_hash';

interface NotDenied {
  denied: false;
  deny_code: null;
  deny_reason_if_denied: null;
}
interface NoWorker {
  worker_id: null;
  selected_worker_species_id: null;
}
interface NothingPending {
  pending_approval_id: null;
  approval_expires_at: null;
}

/** The decision that a worker runs: the only one that names it (section 6). */
export type DispatchDecision = Settled<
  SetByTheSteps | 'worker_id' | 'selected_worker_species_id',
  NotDenied & NothingPending & { outcome: 'DISPATCH' }
>;

/** The decision that nothing runs, with its code and its reason (section 6.4). */
export type DenyDecision = Settled<
  never,
  NoWorker &
    NothingPending & {
      outcome: 'DENY';
      denied: true;
      deny_code: DenyCode;
      deny_reason_if_denied: DenyReason;
      supervisor_required: false;
      supervisor_level: null;
      escalation_context: null;
    }
>;

/**
 * The decision that waits for a human (section 5.16). In a dry run nothing waits, so that no approval
 * is pending (WCP-5-28).
 */
export type HoldDecision = Settled<
  SetByTheSteps | 'supervisor_level' | 'escalation_context',
  NotDenied & NoWorker & { outcome: 'STEWARD_HOLD'; supervisor_required: true } & PendingApproval
>;

type PendingApproval =
  | { dry_run: false; pending_approval_id: string; approval_expires_at: string }
  | ({ dry_run: true } & NothingPending);

/**
 * The answer to a capability request (section 6), told apart by `outcome`: a `DISPATCH` has a
 * `worker_id`, a `DENY` a `deny_code`, a `STEWARD_HOLD` an `escalation_context`.
 */
export type RouteDecision = DispatchDecision | DenyDecision | HoldDecision;
/** Why a request was denied, with what its code adds (section 6.4). */
export type DenyReason = Omit<Static<typeof DenyReasonSchema>, 'code'> & { code: DenyCode };
/** What became of one candidate of the rule (section 5.9). */
export type CandidateReport = Static<typeof CandidateReportSchema>;
/** What a steward sees of a held decision (section 5.16). */
export type EscalationContext = Static<typeof EscalationContextSchema>;
/** The escalation of the rule that matched, with its defaults (section 6.3). */
export type EscalationEffective = Static<typeof EscalationEffectiveSchema>;
