import type { Span, Tracer } from '@opentelemetry/api';
import type { TelemetryEvent } from '@wcp/spec';
import { context, SpanStatusCode, trace } from './api.ts';
import { wcpAttributes } from './attributes.ts';
import { parseTraceparent } from './traceparent.ts';

/** The events of one span: those of a decision, or one of a worker's run. */
export interface EventGroup {
  readonly decisionId: string | null;
  readonly kind: 'decision' | 'execution';
  readonly events: readonly TelemetryEvent[];
}

/** Splits events into one group for each decision and one for each run, in their order. */
export function groupEvents(events: readonly TelemetryEvent[]): EventGroup[] {
  const decisions = new Map<string | null, TelemetryEvent[]>();
  const groups: EventGroup[] = [];
  for (const event of events) {
    const decisionId = event.decision_id;
    if (isWorkerEvent(event)) {
      groups.push({ decisionId, kind: 'execution', events: [event] });
      continue;
    }
    const known = decisions.get(decisionId);
    if (known !== undefined) {
      known.push(event);
      continue;
    }
    const members = [event];
    decisions.set(decisionId, members);
    groups.push({ decisionId, kind: 'decision', events: members });
  }
  return groups;
}

/** Writes the finished span of a decision, of no duration: a decision takes no time of its own. */
export function writeDecisionSpan(tracer: Tracer, group: EventGroup): Span {
  const time = timeOf(group.events[0]);
  const span = tracer.startSpan('wcp.decision', {
    ...(time !== undefined && { startTime: time }),
    attributes: { ...commonAttributes(group.events[0]), ...outcomeAttributes(group.events) },
  });
  for (const event of group.events) addEvent(span, event);
  span.end(time);
  return span;
}

/** Writes the finished span of a run that was not traced while it ran, from its event alone. */
export function writeExecutionSpan(tracer: Tracer, group: EventGroup, traceparent: string | null): Span {
  const [event] = group.events;
  const end = timeOf(event);
  const start = end === undefined ? undefined : new Date(end.getTime() - durationOf(event));
  const options = {
    ...(start !== undefined && { startTime: start }),
    attributes: commonAttributes(event),
  };
  const span = tracer.startSpan('wcp.execution', options, contextUnder(traceparent));
  for (const each of group.events) addEvent(span, each);
  span.end(end);
  return span;
}

/** The active context, or one below the span that a `traceparent` names. */
export function contextUnder(traceparent: string | null | undefined) {
  const parent = parseTraceparent(traceparent);
  return parent === null ? context.active() : trace.setSpanContext(context.active(), parent);
}

/** Adds an event to a span; the event of a failed run also marks the span as failed. */
export function addEvent(span: Span, event: TelemetryEvent): void {
  const { event_id, ...members } = event;
  span.addEvent(event_id, wcpAttributes(members), timeOf(event));
  if (event.event_id === 'evt.worker.failed' && event.status === 'error') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: event.reason ?? 'error' });
  }
}

const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ['evt.os.task.routed', 'DISPATCH'],
  ['evt.os.task.denied', 'DENY'],
  ['evt.os.task.held', 'STEWARD_HOLD'],
]);

function outcomeAttributes(events: readonly TelemetryEvent[]) {
  const outcome = events.map((event) => OUTCOMES.get(event.event_id)).find((found) => found !== undefined);
  return outcome === undefined ? {} : { 'wcp.outcome': outcome };
}

function commonAttributes(event: TelemetryEvent | undefined) {
  if (event === undefined) return {};
  const { correlation_id, tenant_id, capability_id, decision_id, dry_run } = event;
  return wcpAttributes({ correlation_id, tenant_id, capability_id, decision_id, dry_run });
}

function timeOf(event: TelemetryEvent | undefined): Date | undefined {
  const time = new Date(event?.timestamp ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function durationOf(event: TelemetryEvent | undefined): number {
  return event !== undefined && isWorkerEvent(event) ? event.duration_ms : 0;
}

type WorkerEvent = Extract<TelemetryEvent, { event_id: 'evt.worker.executed' | 'evt.worker.failed' }>;

function isWorkerEvent(event: TelemetryEvent): event is WorkerEvent {
  return event.event_id === 'evt.worker.executed' || event.event_id === 'evt.worker.failed';
}
