import type { TelemetryEvent } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';

/** The decision that an event belongs to; null is unknown. */
export interface EventContext {
  readonly correlation_id: string | null;
  readonly tenant_id: string | null;
  readonly capability_id: string | null;
  readonly decision_id: string | null;
}

/** One run of a worker. */
export interface WorkerRun<S extends string> {
  /** The end of the run, RFC 3339 in UTC. */
  readonly timestamp: string;
  readonly worker_id: string;
  readonly worker_species_id: string;
  readonly status: S;
  readonly duration_ms: number;
}

/** The event of a run that produced a result. */
export type WorkerExecutedEvent = Extract<TelemetryEvent, { event_id: 'evt.worker.executed' }>;
/** The event of a run that produced none. */
export type WorkerFailedEvent = Extract<TelemetryEvent, { event_id: 'evt.worker.failed' }>;

/**
 * Makes the event of a run that produced a result (section 7). Strings are escaped as section 3 requires;
 * other members of `context` are left out.
 *
 * @example
 * ```ts
 * import { type EventContext, workerExecuted } from '@wcp/telemetry';
 *
 * declare const context: EventContext;
 * const event = workerExecuted(context, {
 *   timestamp: new Date().toISOString(),
 *   worker_id: 'org.acme.doc-summarizer.prod-01',
 *   worker_species_id: 'wrk.doc.summarizer',
 *   status: 'ok',
 *   duration_ms: 12,
 * });
 * console.log(event.event_id); // 'evt.worker.executed'
 * ```
 */
export function workerExecuted(context: EventContext, run: WorkerRun<'ok' | 'partial'>): WorkerExecutedEvent {
  return { event_id: 'evt.worker.executed', ...common(context, run), status: run.status };
}

/**
 * Makes the event of a run that was denied or failed (section 7); `reason` is a code, or null.
 *
 * @example
 * ```ts
 * import { type EventContext, workerFailed } from '@wcp/telemetry';
 *
 * declare const context: EventContext;
 * const event = workerFailed(context, {
 *   timestamp: new Date().toISOString(),
 *   worker_id: 'org.acme.doc-summarizer.prod-01',
 *   worker_species_id: 'wrk.doc.summarizer',
 *   status: 'denied',
 *   reason: 'INPUT_INVALID',
 *   duration_ms: 1,
 * });
 * console.log(event.reason);
 * ```
 */
export function workerFailed(
  context: EventContext,
  run: WorkerRun<'denied' | 'error'> & { readonly reason: string | null },
): WorkerFailedEvent {
  const reason = escaped(run.reason);
  return { event_id: 'evt.worker.failed', ...common(context, run), status: run.status, reason };
}

function common(context: EventContext, run: WorkerRun<string>) {
  return {
    timestamp: escapeText(run.timestamp),
    correlation_id: escaped(context.correlation_id),
    tenant_id: escaped(context.tenant_id),
    capability_id: escaped(context.capability_id),
    decision_id: escaped(context.decision_id),
    worker_id: escapeText(run.worker_id),
    worker_species_id: escapeText(run.worker_species_id),
    duration_ms: Math.max(0, run.duration_ms),
  };
}

function escaped(text: string | null): string | null {
  return text === null ? null : escapeText(text);
}
