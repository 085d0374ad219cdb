import type { TelemetryEvent } from '@wcp/spec';

/**
 * Stores events (section 7). An `emit` that resolves has stored every one of its events, as safely as the
 * sink promises; one that rejects may have stored none. Mandatory telemetry is never lost silently.
 */
export interface TelemetrySink {
  /** Stores events, in their order. */
  emit(events: readonly TelemetryEvent[]): void | Promise<void>;
  /** Resolves when everything emitted before is stored. */
  flush(): void | Promise<void>;
  /** Flushes and releases the sink's resources; a second close does nothing, a later emit is refused. */
  close(): void | Promise<void>;
}
