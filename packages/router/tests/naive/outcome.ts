// Sections 6 and 7: a denial, a hold and a dispatch, with their events and the digest.
import { plusSeconds } from './facts.ts';
import { attestationRequired, envelopeChecked, higher } from './gates.ts';
import { escapeText, hashOf, isObject, type Obj } from './json.ts';
import { type Denial, factsOf, inputOf, isStrictEnv, known, type Run } from './run.ts';

const VOLATILE = [
  'decision_id',
  'timestamp',
  'decided_at',
  'pending_approval_id',
  'approval_expires_at',
  'telemetry_envelopes',
];

export function denied(run: Run, { code, detail = {} }: Denial): Obj {
  const { matched_rule_id } = run.decision;
  return {
    ...run.decision,
    outcome: 'DENY',
    denied: true,
    deny_code: code,
    deny_reason_if_denied: { code, message: '', ...detail },
    telemetry_envelopes: [event(run, 'evt.os.task.denied', { deny_code: code, matched_rule_id })],
  };
}

export function held(run: Run): Obj {
  const { decision_id, dry_run } = run.decision;
  const reasons = run.reasons.map(({ reason }) => reason);
  const supervisor_level = highestLevel(run);
  return {
    ...run.decision,
    outcome: 'STEWARD_HOLD',
    denied: false,
    supervisor_required: true,
    supervisor_level,
    pending_approval_id: dry_run === true ? null : decision_id,
    approval_expires_at: dry_run === true ? null : expiry(run),
    escalation_context: escalationContext(run),
    telemetry_envelopes: [
      event(run, 'evt.os.task.held', { supervisor_level, reasons }),
      gated(run, 'REQUIRE_HUMAN', 'hold'),
    ],
  };
}

/** Nothing asks for a human, or a human is only told, or one has approved. */
export function dispatched(run: Run): Obj {
  const asked = run.reasons.length > 0;
  const { worker_id, worker_species_id: selected_worker_species_id } = known(run.worker);
  return {
    ...run.decision,
    outcome: 'DISPATCH',
    denied: false,
    selected_worker_species_id,
    worker_id,
    supervisor_required: asked,
    supervisor_level: asked ? highestLevel(run) : null,
    escalation_context: asked ? escalationContext(run) : null,
    telemetry_envelopes: dispatchEvents(run),
  };
}

/** The highest level that a reason to hold names, null without one. */
export const highestLevel = (run: Run): string | null =>
  run.reasons.length === 0 ? null : run.reasons.map(({ level }) => level).reduce(higher);

const expiry = (run: Run): string => plusSeconds(factsOf(run).now, known(run.world).config.ttl_seconds);

function escalationContext(run: Run): Obj {
  const { worker_id, worker_species_id } = known(run.worker);
  const { capability_id, tenant_risk, data_label } = inputOf(run);
  const { blast_score, policy_version } = run.decision;
  return {
    reasons: run.reasons,
    capability_id,
    blast_score,
    tenant_risk,
    data_label,
    policy_version,
    worker_id,
    worker_species_id,
  };
}

/** What was decided about what, without the volatile part. */
export function decisionDigest(input: unknown, decision: Obj): string | null {
  const lasting = Object.entries(decision)
    .filter(([name]) => !VOLATILE.includes(name))
    .map(([name, value]) => [name, name === 'deny_reason_if_denied' ? withoutProse(value) : value]);
  return hashOf({ input, decision: Object.fromEntries(lasting) });
}

/** No message of a reason or of its findings is part of a digest. */
function withoutProse(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { message: _, findings, ...rest } = value;
  if (findings === undefined) return rest;
  return { ...rest, findings: Array.isArray(findings) ? findings.map(withoutProse) : findings };
}

function dispatchEvents(run: Run): Obj[] {
  const { worker_id, worker_species_id: selected_worker_species_id } = known(run.worker);
  const { blast_score, decision_id: task_id, matched_rule_id, policy_version, qos_class } = run.decision;
  const skipped = isStrictEnv(run) && !attestationRequired(run);
  return [
    event(run, 'evt.gov.blast-scored', { blast_score, limit: run.limit }),
    ...(envelopeChecked(run) ? [event(run, 'evt.gov.privilege-envelope-checked', { worker_id })] : []),
    ...(skipped ? [event(run, 'evt.os.worker.attestation-skipped', { worker_id })] : []),
    event(run, 'evt.os.task.routed', {
      task_id,
      matched_rule_id,
      selected_worker_species_id,
      policy_version,
      qos_class,
    }),
    event(run, 'evt.os.worker.selected', {
      selected_worker_species_id,
      worker_id,
      reason: 'first_eligible_species',
    }),
    gated(run, 'ALLOW', 'not_asked'),
  ];
}

/** The verdict's words where there was one, else the Hall's. */
function gated(run: Run, decision: string, otherwise: string): Obj {
  const policy_version = run.verdict?.policy_version ?? run.decision['policy_version'];
  return event(run, 'evt.os.policy.gated', {
    decision,
    policy_version,
    reason: run.verdict?.reason ?? otherwise,
  });
}

function event(run: Run, event_id: string, dimensions: Obj): Obj {
  const { timestamp, correlation_id, tenant_id, capability_id, decision_id, dry_run } = run.decision;
  const common = { event_id, timestamp, correlation_id, tenant_id, capability_id, decision_id };
  const all = { ...common, ...(dry_run === true ? { dry_run } : {}), ...dimensions };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, typeof value === 'string' ? escapeText(value) : value]),
  );
}
