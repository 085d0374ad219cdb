import type { DenyCode, SupervisorLevel, TelemetryEvent } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import { type Evaluation, isStrict, type ScoredEvaluation } from '../evaluation/evaluation.ts';

/** The event of a denial (section 7). */
export function denialEvents(current: Evaluation, code: DenyCode): TelemetryEvent[] {
  return [denied(current, code)];
}

/** The events of a hold, in their order (section 7). */
export function holdEvents(current: ScoredEvaluation, level: SupervisorLevel): TelemetryEvent[] {
  return [held(current, level), gated(current, 'REQUIRE_HUMAN')];
}

/** The events of a dispatch, in their order (section 7). */
export function dispatchEvents(current: ScoredEvaluation): TelemetryEvent[] {
  const events: TelemetryEvent[] = [blastScored(current)];
  if (current.envelope_ok !== null) events.push(aboutWorker(current, 'evt.gov.privilege-envelope-checked'));
  if (!current.attestation_required && isStrict(current)) {
    events.push(aboutWorker(current, 'evt.os.worker.attestation-skipped'));
  }
  events.push(routed(current), selected(current), gated(current, 'ALLOW'));
  return events;
}

function denied(current: Evaluation, code: DenyCode): TelemetryEvent {
  return marked(current, {
    event_id: 'evt.os.task.denied',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    deny_code: code,
    matched_rule_id: current.matched_rule_id,
  });
}

function held(current: ScoredEvaluation, level: SupervisorLevel): TelemetryEvent {
  return marked(current, {
    event_id: 'evt.os.task.held',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    supervisor_level: level,
    reasons: current.holds.map(({ reason }) => reason),
  });
}

function blastScored(current: ScoredEvaluation): TelemetryEvent {
  return marked(current, {
    event_id: 'evt.gov.blast-scored',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    blast_score: current.blast_score,
    limit: current.blast_limit,
  });
}

type WorkerEvent = 'evt.gov.privilege-envelope-checked' | 'evt.os.worker.attestation-skipped';

function aboutWorker(current: ScoredEvaluation, event_id: WorkerEvent): TelemetryEvent {
  return marked(current, {
    event_id,
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    worker_id: current.worker.worker_id,
  });
}

function routed(current: ScoredEvaluation): TelemetryEvent {
  return marked(current, {
    event_id: 'evt.os.task.routed',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    task_id: current.facts.decision_id,
    matched_rule_id: current.rule.rule_id,
    selected_worker_species_id: current.worker.species,
    policy_version: current.engine.settings.policy_version_shown,
    qos_class: current.input.qos_class,
  });
}

function selected(current: ScoredEvaluation): TelemetryEvent {
  return marked(current, {
    event_id: 'evt.os.worker.selected',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    selected_worker_species_id: current.worker.species,
    worker_id: current.worker.worker_id,
    reason: 'first_eligible_species',
  });
}

function gated(current: ScoredEvaluation, decision: 'ALLOW' | 'REQUIRE_HUMAN'): TelemetryEvent {
  const { engine, verdict } = current;
  return marked(current, {
    event_id: 'evt.os.policy.gated',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    decision,
    policy_version:
      verdict === null ? engine.settings.policy_version_shown : escapeText(verdict.policy_version),
    reason: verdict === null ? NOT_ASKED[decision] : escapeText(verdict.reason),
  });
}

/** The reason in the event where the gate was not asked (section 13, "Events"). */
const NOT_ASKED = { ALLOW: 'not_asked', REQUIRE_HUMAN: 'hold' } as const;

/** An event of a dry run says so. */
function marked(current: Evaluation, event: TelemetryEvent): TelemetryEvent {
  return current.input.dry_run ? { ...event, dry_run: true } : event;
}
