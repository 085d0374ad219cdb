import { type TelemetryEvent, WcpError } from '@wcp/spec';
import type { TelemetrySink } from './sink.ts';

/** A sink that stores everything in memory, without limit: for tests and short programs. */
export interface MemorySink extends TelemetrySink {
  /** The events so far, in order. */
  readonly events: readonly TelemetryEvent[];
}

/**
 * Makes a sink that stores its events in memory.
 *
 * @example
 * ```ts
 * import type { RouteDecision } from '@wcp/spec';
 * import { createMemorySink } from '@wcp/telemetry';
 *
 * declare const decision: RouteDecision;
 * const sink = createMemorySink();
 * sink.emit(decision.telemetry_envelopes);
 * console.log(sink.events.length);
 * ```
 */
export function createMemorySink(): MemorySink {
  const events: TelemetryEvent[] = [];
  let closed = false;
  return {
    events,
    emit(more) {
      if (closed) throw new WcpError('ERR_WCP_STORE', 'The sink is closed.');
      for (const event of more) events.push(structuredClone(event));
    },
    flush() {},
    close() {
      closed = true;
    },
  };
}
