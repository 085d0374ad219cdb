import { WcpError } from '@wcp/spec';
import type { TelemetrySink } from './sink.ts';

/**
 * Makes one sink of several. Every sink is tried, even after another failed; then the call rejects with
 * `ERR_WCP_STORE`, whose `cause` is an AggregateError of all failures.
 *
 * @example
 * ```ts
 * import { createFileSink, createMemorySink, fanOut } from '@wcp/telemetry';
 *
 * const sink = fanOut([createMemorySink(), await createFileSink('events.jsonl')]);
 * await sink.close();
 * ```
 */
export function fanOut(sinks: readonly TelemetrySink[]): TelemetrySink {
  return {
    emit: (events) => onEach(sinks, 'emit to', (sink) => sink.emit(events)),
    flush: () => onEach(sinks, 'flush', (sink) => sink.flush()),
    close: () => onEach(sinks, 'close', (sink) => sink.close()),
  };
}

type Act = (sink: TelemetrySink) => void | Promise<void>;

async function onEach(sinks: readonly TelemetrySink[], verb: string, act: Act): Promise<void> {
  // The async arrow turns a sink that throws into one that rejects.
  const outcomes = await Promise.allSettled(sinks.map(async (sink) => act(sink)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length === 0) return;
  const message = `Could not ${verb} ${failures.length} of ${sinks.length} telemetry sinks.`;
  throw new WcpError('ERR_WCP_STORE', message, { cause: new AggregateError(failures, message) });
}
