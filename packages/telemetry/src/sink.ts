import type { TelemetryEvent } from '@wcp/spec';

/**
 * Where events go (section 7). An `emit` that resolves has kept every one of its events as safely as
 * the sink promises; one that rejects has possibly kept none: mandatory telemetry is never lost in
 * silence.
 */
export interface TelemetrySink {
  /** Keeps events, in their order. */
  emit(events: readonly TelemetryEvent[]): void | Promise<void>;
  /** Resolves when everything emitted before is kept. */
  flush(): void | Promise<void>;
  /** Flushes and lets go of what the sink holds; a second close does nothing, an emit after it is refused. */
  close(): void | Promise<void>;
}
