import { openLineFile } from '../file/line-file.ts';
import type { TelemetrySink } from './sink.ts';

/**
 * Opens a sink that appends each event to a file of JSON lines; `emit` resolves when they are on disk. Only
 * one process at a time may write to a file.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the file cannot be opened or repaired
 * @example
 * ```ts
 * import type { RouteDecision } from '@wcp/spec';
 * import { createFileSink } from '@wcp/telemetry';
 *
 * declare const decision: RouteDecision;
 * const sink = await createFileSink('events.jsonl');
 * await sink.emit(decision.telemetry_envelopes);
 * await sink.close();
 * ```
 */
export async function createFileSink(path: string): Promise<TelemetrySink> {
  const file = await openLineFile(path);
  return {
    emit: (events) => file.append(events),
    flush: () => file.append([]),
    close: () => file.close(),
  };
}
