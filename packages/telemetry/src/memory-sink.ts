import { type TelemetryEvent, WcpError } from '@wcp/spec';
import type { TelemetrySink } from './sink.ts';

/** A sink that keeps everything in memory, without bound: for tests and short programs. */
export interface MemorySink extends TelemetrySink {
  /** What was emitted so far, in order. */
  readonly events: readonly TelemetryEvent[];
}

/**
 * Makes a sink that keeps its events in memory.
 *
 * @example const sink = createMemorySink(); sink.emit(decision.telemetry_envelopes); sink.events.length
 */
export function createMemorySink(): MemorySink {
  const events: TelemetryEvent[] = [];
  let closed = false;
  return {
    events,
    emit(more) {
      if (closed) throw new WcpError('ERR_WCP_STORE', 'This sink is closed: nothing more can be emitted.');
      for (const event of more) events.push(structuredClone(event));
    },
    flush() {},
    close() {
      closed = true;
    },
  };
}
