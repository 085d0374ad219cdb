import type { Tracer } from '@opentelemetry/api';
import type { TelemetrySink } from '../sink/sink.ts';
import { type EventGroup, groupEvents, writeDecisionSpan, writeExecutionSpan } from './event-span.ts';
import { isCovered } from './execution-span.ts';
import { quietly } from './quietly.ts';
import { writeTraceparent } from './traceparent.ts';

/** A sink that turns events into spans. It is for observability, not for evidence: it never throws. */
export interface OpenTelemetrySink extends TelemetrySink {
  /**
   * The W3C `traceparent` of a decision's span, for its execution; null where its events were not emitted
   * here, or more than 10,000 decisions ago.
   */
  traceparentOf(decisionId: string): string | null;
}

const MAX_TRACEPARENTS = 10_000;

/**
 * Makes a sink that writes a span `wcp.decision` for the events of each decision, and `wcp.execution`
 * for a worker's event that no `withExecutionSpan` covers; each event is a span event with its members
 * as `wcp.*` attributes (section 7). Whatever the tracer does, `emit` does not throw.
 *
 * @example
 * ```ts
 * import { trace } from '@opentelemetry/api';
 * import type { RouteDecision } from '@wcp/spec';
 * import { createOpenTelemetrySink } from '@wcp/telemetry/opentelemetry';
 *
 * declare const decision: RouteDecision;
 * const sink = createOpenTelemetrySink(trace.getTracer('my-platform'));
 * await sink.emit(decision.telemetry_envelopes);
 * console.log(sink.traceparentOf(decision.decision_id ?? ''));
 * ```
 */
export function createOpenTelemetrySink(tracer: Tracer): OpenTelemetrySink {
  const traceparents = new RecentMap(MAX_TRACEPARENTS);
  const write = (group: EventGroup) => {
    if (group.kind === 'execution') {
      writeExecutionSpan(tracer, group, traceparents.get(group.decisionId));
    } else {
      traceparents.set(group.decisionId, writeTraceparent(writeDecisionSpan(tracer, group).spanContext()));
    }
  };
  return {
    emit(events) {
      const groups = quietly(() => groupEvents(events.filter((event) => !isCovered(event)))) ?? [];
      for (const group of groups) quietly(() => write(group));
    },
    flush() {},
    close() {},
    traceparentOf: (decisionId) => traceparents.get(decisionId),
  };
}

/** The most recent texts, up to a maximum. */
class RecentMap {
  readonly #max: number;
  readonly #texts = new Map<string, string>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string | null): string | null {
    return key === null ? null : (this.#texts.get(key) ?? null);
  }

  set(key: string | null, text: string): void {
    if (key === null) return;
    this.#texts.delete(key);
    this.#texts.set(key, text);
    if (this.#texts.size <= this.#max) return;
    for (const oldest of this.#texts.keys()) {
      this.#texts.delete(oldest);
      return;
    }
  }
}
