import { canonicalJson, DENY_CODES, type DenyReason, type RouteDecision, sha256 } from '@wcp/spec';
import type { EscalationContext, EscalationEffective } from '@wcp/spec/document';
import type { CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import { eventsOf } from './decision-events.ts';
import { type Denial, type Evaluation, isStrict } from './evaluation.ts';

/**
 * Writes down a decision (section 6): every member, null where it does not apply, nothing shared
 * with the world or with another decision.
 */
export function buildDecision(current: Evaluation, denial?: Denial): RouteDecision {
  const { engine, facts, input, rule } = current;
  const outcome = outcomeOf(current, denial);
  const worker = outcome === 'DISPATCH' ? (current.worker as CompiledWorker) : null;
  const supervised = denial === undefined && current.level !== null;
  const pending = outcome === 'STEWARD_HOLD' && !input.dry_run;
  const { now, decision_id } = facts;
  return {
    decision_id,
    timestamp: now,
    decided_at: now,
    outcome,
    denied: denial !== undefined,
    deny_code: denial?.code ?? null,
    deny_reason_if_denied: denial === undefined ? null : reasonOf(denial),
    correlation_id: input.correlation_id,
    tenant_id: input.tenant_id,
    capability_id: input.capability_id,
    env: input.env,
    data_label: input.data_label,
    tenant_risk: input.tenant_risk,
    qos_class: input.qos_class,
    matched_rule_id: current.matched_rule_id,
    selected_worker_species_id: worker === null ? null : worker.species,
    worker_id: worker === null ? null : worker.worker_id,
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
    supervisor_required: supervised,
    supervisor_level: supervised ? current.level : null,
    pending_approval_id: pending ? decision_id : null,
    approval_expires_at: pending ? current.expires_at : null,
    escalation_context: supervised ? contextOf(current) : null,
    dry_run: input.dry_run,
    artifact_hash: input.deny_code === null ? sha256(input.request_json) : null,
    world_digest: engine.digest,
    telemetry_envelopes: eventsOf(current, outcome, denial?.code ?? null),
  };
}

/** R11: what waits for a human names no worker; advice only tells one. */
function outcomeOf({ level, approved }: Evaluation, denial: Denial | undefined): RouteDecision['outcome'] {
  if (denial !== undefined) return 'DENY';
  return level === null || level === 'advisory' || approved ? 'DISPATCH' : 'STEWARD_HOLD';
}

function reasonOf({ code, detail }: Denial): DenyReason {
  const { meaning, remedy } = DENY_CODES[code];
  return { code, message: `${meaning} ${remedy}`, ...detail };
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

function contextOf({ engine, holds, input, worker, blast_score }: Evaluation): EscalationContext {
  const { worker_id, species } = worker as CompiledWorker;
  return {
    reasons: holds.map(({ reason, level }) => ({ reason, level })),
    capability_id: input.capability_id as string,
    blast_score: blast_score as number,
    tenant_risk: input.tenant_risk as EscalationContext['tenant_risk'],
    data_label: input.data_label as EscalationContext['data_label'],
    policy_version: engine.settings.policy_version,
    worker_id,
    worker_species_id: species,
  };
}
