import type { RouteDecision, TelemetryEvent } from '@wcp/spec';
import { TelemetryEventSchema } from '@wcp/spec/document';
import { escapeText } from '@wcp/spec/json';
import { type EventContext, workerExecuted, workerFailed } from '@wcp/telemetry';
import { Compile } from 'typebox/compile';
import type { Delivered } from '../delivery/delivery.ts';

const isEvent = Compile(TelemetryEventSchema);
/** Events of one run that are read from a worker. */
const MAX_EVENTS = 16;

/**
 * The events of a run: those of the worker that are valid and about this very decision, or the Hall's own
 * event where there are none. A worker's telemetry is an attacker's until it is checked.
 */
export function workerEvents(
  decision: RouteDecision,
  delivered: Delivered,
  timestamp: string,
): TelemetryEvent[] {
  const sent = (delivered.result?.telemetry ?? []).slice(0, MAX_EVENTS);
  const valid = sent.filter(
    (event): event is TelemetryEvent => isEvent.Check(event) && isAbout(event, decision),
  );
  return valid.length > 0 ? valid.map(escaped) : [eventOfHall(decision, delivered, timestamp)];
}

function isAbout(event: TelemetryEvent, decision: RouteDecision): boolean {
  const { event_id, decision_id, correlation_id, tenant_id, capability_id } = event;
  return (
    event_id.startsWith('evt.worker.') &&
    'worker_id' in event &&
    event.worker_id === decision.worker_id &&
    decision_id === decision.decision_id &&
    correlation_id === decision.correlation_id &&
    tenant_id === decision.tenant_id &&
    capability_id === decision.capability_id
  );
}

/** Two different texts never look the same, and none moves a terminal's cursor (section 3). */
function escaped(event: TelemetryEvent): TelemetryEvent {
  return 'reason' in event && typeof event.reason === 'string'
    ? { ...event, reason: escapeText(event.reason) }
    : event;
}

function eventOfHall(decision: RouteDecision, delivered: Delivered, timestamp: string): TelemetryEvent {
  const { correlation_id, tenant_id, capability_id, decision_id } = decision;
  const context: EventContext = { correlation_id, tenant_id, capability_id, decision_id };
  const run = {
    timestamp,
    worker_id: decision.worker_id as string,
    worker_species_id: decision.selected_worker_species_id as string,
    duration_ms: delivered.duration_ms,
  };
  const status = delivered.result?.status ?? 'error';
  if (status === 'ok' || status === 'partial') return workerExecuted(context, { ...run, status });
  return workerFailed(context, { ...run, status, reason: delivered.code ?? 'DELIVERY_NO_EVENT' });
}
