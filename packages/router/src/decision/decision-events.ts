import type { SupervisorLevel, TelemetryEvent } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import type { CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import { type Evaluation, isStrict } from './evaluation.ts';

type Outcome = 'DISPATCH' | 'DENY' | 'STEWARD_HOLD';

/** The events of a decision, in their order (section 7). */
export function eventsOf(current: Evaluation, outcome: Outcome, denyCode: string | null): TelemetryEvent[] {
  if (outcome === 'DENY') return [denied(current, denyCode as string)];
  if (outcome === 'STEWARD_HOLD') return [held(current), gated(current, 'REQUIRE_HUMAN')];
  const worker = current.worker as CompiledWorker;
  const events: TelemetryEvent[] = [blastScored(current)];
  if (current.envelope_ok !== null)
    events.push(aboutWorker(current, 'evt.gov.privilege-envelope-checked', worker));
  if (!current.attestation_required && isStrict(current)) {
    events.push(aboutWorker(current, 'evt.os.worker.attestation-skipped', worker));
  }
  events.push(routed(current, worker), selected(current, worker), gated(current, 'ALLOW'));
  return events;
}

function denied(current: Evaluation, denyCode: string): TelemetryEvent {
  return finish(current, {
    event_id: 'evt.os.task.denied',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    deny_code: denyCode,
    matched_rule_id: current.matched_rule_id,
  });
}

function held(current: Evaluation): TelemetryEvent {
  return finish(current, {
    event_id: 'evt.os.task.held',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    supervisor_level: current.level as SupervisorLevel,
    reasons: current.holds.map(({ reason }) => reason),
  });
}

function blastScored(current: Evaluation): TelemetryEvent {
  return finish(current, {
    event_id: 'evt.gov.blast-scored',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    blast_score: current.blast_score as number,
    limit: current.blast_limit,
  });
}

type WorkerEvent = 'evt.gov.privilege-envelope-checked' | 'evt.os.worker.attestation-skipped';

function aboutWorker(
  current: Evaluation,
  event_id: WorkerEvent,
  { worker_id }: CompiledWorker,
): TelemetryEvent {
  return finish(current, {
    event_id,
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    worker_id,
  });
}

function routed(current: Evaluation, worker: CompiledWorker): TelemetryEvent {
  return finish(current, {
    event_id: 'evt.os.task.routed',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    task_id: current.facts.decision_id as string,
    matched_rule_id: (current.rule as CompiledRule).rule_id,
    selected_worker_species_id: worker.species,
    policy_version: current.engine.settings.policy_version_shown,
    qos_class: current.input.qos_class as 'P0',
  });
}

function selected(current: Evaluation, worker: CompiledWorker): TelemetryEvent {
  return finish(current, {
    event_id: 'evt.os.worker.selected',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    selected_worker_species_id: worker.species,
    worker_id: worker.worker_id,
    reason: 'first_eligible_species',
  });
}

function gated(current: Evaluation, decision: 'ALLOW' | 'REQUIRE_HUMAN'): TelemetryEvent {
  const { engine, verdict } = current;
  return finish(current, {
    event_id: 'evt.os.policy.gated',
    timestamp: current.facts.now,
    correlation_id: current.input.correlation_id,
    tenant_id: current.input.tenant_id,
    capability_id: current.input.capability_id,
    decision_id: current.facts.decision_id,
    decision,
    policy_version:
      verdict === null ? engine.settings.policy_version_shown : escapeText(verdict.policy_version),
    reason: verdict === null ? UNASKED[decision] : escapeText(verdict.reason),
  });
}

/** The reason that stands in for a verdict's, where the gate was not asked (section 13, "Events"). */
const UNASKED = { ALLOW: 'not_asked', REQUIRE_HUMAN: 'hold' } as const;

function finish(current: Evaluation, event: TelemetryEvent): TelemetryEvent {
  return current.input.dry_run ? { ...event, dry_run: true } : event;
}
