import {
  canonicalJson,
  DENY_CODES,
  type DenyDecision,
  type DenyReason,
  type DispatchDecision,
  type HoldDecision,
  type RouteDecision,
  sha256,
} from '@wcp/spec';
import type { DecisionMembers, EscalationContext, EscalationEffective } from '@wcp/spec/document';
import type { Denial } from '../evaluation/denial.ts';
import { type Evaluation, isStrict, type ScoredEvaluation } from '../evaluation/evaluation.ts';
import type { CompiledRule } from '../world/compiled-rule.ts';
import { denialEvents, dispatchEvents, holdEvents } from './decision-events.ts';

type Outcome = RouteDecision['outcome'];

/**
 * Writes down the decision when no step has denied (section 6): what requires a human is held, unless
 * it was approved or the level is only advisory (section 5.16).
 */
export function buildDecision(current: ScoredEvaluation): DispatchDecision | HoldDecision {
  const { level, approved, worker } = current;
  const isHeld = level !== null && level !== 'advisory' && !approved;
  const decision = membersOf(current, isHeld ? 'STEWARD_HOLD' : 'DISPATCH', null);
  if (level !== null) {
    decision.supervisor_required = true;
    decision.supervisor_level = level;
    decision.escalation_context = contextOf(current);
  }
  if (isHeld) {
    const isPending = !current.input.dry_run;
    decision.pending_approval_id = isPending ? current.facts.decision_id : null;
    decision.approval_expires_at = isPending ? current.expires_at : null;
    decision.telemetry_envelopes = holdEvents(current, level);
  } else {
    decision.selected_worker_species_id = worker.species;
    decision.worker_id = worker.worker_id;
    decision.telemetry_envelopes = dispatchEvents(current);
  }
  return decision as DispatchDecision | HoldDecision;
}

/** Writes down a denial (section 6): what the steps have set stays, nothing of a hold does (WCP-6-21). */
export function buildDenial(current: Evaluation, denial: Denial): DenyDecision {
  const decision = membersOf(current, 'DENY', denial);
  decision.telemetry_envelopes = denialEvents(current, denial.code);
  return decision as DenyDecision;
}

/** What stays of a decision that requires no human. */
const NO_HUMAN = {
  supervisor_required: false,
  supervisor_level: null,
  pending_approval_id: null,
  approval_expires_at: null,
  escalation_context: null,
} as const;

/**
 * Every member of a decision, null where it does not apply, nothing shared with the world or with
 * another decision. One literal for all outcomes, so that decisions have one shape and are quick to
 * make and to read; the two functions above fill the members of each outcome.
 */
function membersOf(current: Evaluation, outcome: Outcome, denial: Denial | null): DecisionMembers {
  const { engine, facts, input, rule } = current;
  return {
    decision_id: facts.decision_id,
    timestamp: facts.now,
    decided_at: facts.now,
    outcome,
    denied: denial !== null,
    deny_code: denial === null ? null : denial.code,
    deny_reason_if_denied: denial === null ? null : reasonOf(denial),
    correlation_id: input.correlation_id,
    tenant_id: input.tenant_id,
    capability_id: input.capability_id,
    env: input.env,
    data_label: input.data_label,
    tenant_risk: input.tenant_risk,
    qos_class: input.qos_class,
    matched_rule_id: current.matched_rule_id,
    selected_worker_species_id: null,
    worker_id: null,
    candidate_workers_ranked: current.candidates,
    required_controls_effective: current.controls === null ? [] : current.controls.slice(),
    controls_applied: current.controls === null ? [] : current.controls.slice(),
    recommended_profiles_effective: rule === null ? [] : profilesOf(rule),
    escalation_effective: rule === null ? null : escalationOf(rule.escalation),
    preconditions_checked: rule === null ? null : preconditionsOf(current, rule),
    blast_score: current.blast_score,
    blast_gate_passed: current.blast_passed,
    privilege_envelope_ok: current.envelope_ok,
    policy_version: engine.settings.policy_version,
    worker_attestation_checked: current.attestation_valid !== null,
    worker_attestation_valid: current.attestation_valid,
    ...NO_HUMAN,
    dry_run: input.dry_run,
    artifact_hash: input.deny_code === null ? sha256(input.request_json) : null,
    world_digest: engine.digest,
    telemetry_envelopes: [],
  };
}

function reasonOf({ code, detail, message }: Denial): DenyReason {
  const { meaning, remedy } = DENY_CODES[code];
  return { code, message: [meaning, message, remedy].filter((text) => text !== '').join(' '), ...detail };
}

function profilesOf({ profiles }: CompiledRule): RouteDecision['recommended_profiles_effective'] {
  return profiles.map(({ profile_id, score }) => ({ profile_id, score }));
}

function escalationOf(escalation: EscalationEffective): EscalationEffective {
  return {
    policy_gate: escalation.policy_gate,
    human_required_default: escalation.human_required_default,
    human_required_if:
      escalation.human_required_if.length === 0
        ? []
        : JSON.parse(canonicalJson(escalation.human_required_if)),
    supervisor_level: escalation.supervisor_level,
    rationale: escalation.rationale,
    msavx_step_up: escalation.msavx_step_up,
  };
}

/** Which preconditions were in force: in prod and edge also those that the rule switches on. */
function preconditionsOf(current: Evaluation, { preconditions }: CompiledRule): string[] {
  return (isStrict(current) ? preconditions.strict : preconditions.lenient).slice();
}

function contextOf({ engine, holds, input, worker, blast_score }: ScoredEvaluation): EscalationContext {
  return {
    reasons: holds.map(({ reason, level }) => ({ reason, level })),
    capability_id: input.capability_id,
    blast_score,
    tenant_risk: input.tenant_risk,
    data_label: input.data_label,
    policy_version: engine.settings.policy_version,
    worker_id: worker.worker_id,
    worker_species_id: worker.species,
  };
}
