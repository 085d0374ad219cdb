import { canonicalJson, type RouteDecision, sha256 } from '@wcp/spec';
import type { BenchFacts, BenchInput } from './world.ts';

/** What a decision says where it needs no human. */
const NO_HUMAN = {
  supervisor_required: false,
  supervisor_level: null,
  pending_approval_id: null,
  approval_expires_at: null,
  escalation_context: null,
};

/**
 * The least work of any implementation: the canonical JSON and SHA-256 of the request, a fresh decision
 * and its events. It decides nothing: every answer is known beforehand.
 */
export function floorOf(known: RouteDecision): (facts: BenchFacts, input: BenchInput) => object {
  return ({ now, decision_id }, input) => ({
    decision_id,
    timestamp: now,
    decided_at: now,
    outcome: 'DISPATCH',
    denied: false,
    deny_code: null,
    deny_reason_if_denied: null,
    correlation_id: input.correlation_id,
    tenant_id: input.tenant_id,
    capability_id: input.capability_id,
    env: input.env,
    data_label: input.data_label,
    tenant_risk: input.tenant_risk,
    qos_class: input.qos_class,
    matched_rule_id: known.matched_rule_id,
    selected_worker_species_id: known.selected_worker_species_id,
    worker_id: known.worker_id,
    candidate_workers_ranked: known.candidate_workers_ranked.map((candidate) => ({ ...candidate })),
    required_controls_effective: known.required_controls_effective.slice(),
    controls_applied: known.controls_applied.slice(),
    recommended_profiles_effective: [],
    escalation_effective: { ...known.escalation_effective },
    preconditions_checked: known.preconditions_checked?.slice() ?? null,
    blast_score: known.blast_score,
    blast_gate_passed: true,
    privilege_envelope_ok: known.privilege_envelope_ok,
    policy_version: known.policy_version,
    worker_attestation_checked: known.worker_attestation_checked,
    worker_attestation_valid: known.worker_attestation_valid,
    ...NO_HUMAN,
    dry_run: false,
    artifact_hash: sha256(canonicalJson(input.request)),
    world_digest: known.world_digest,
    telemetry_envelopes: known.telemetry_envelopes.map((event) => ({ ...event })),
  });
}
