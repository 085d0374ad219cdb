import type { TelemetryEvent } from '@wcp/spec';
import type { HallClock } from '../base/hall-clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Journal } from '../storage/journal.ts';
import { connectionLog } from './connection-log.ts';
import type { Delivery, WorkerConnection } from './delivery.ts';

/** What connections are recorded with. */
export interface ConnectionSources {
  readonly journal: Journal;
  readonly clock: HallClock;
  readonly log: Logger;
}

/**
 * Records each connection of a contained worker as an event of the tenant whose call it was (section 7.3), and tells the
 * operator which places it did not reach.
 */
export function recordConnections(delivery: Delivery, { journal, clock, log }: ConnectionSources): void {
  const { worker_id } = delivery.record;
  const tellOperator = connectionLog(worker_id, log);
  delivery.onConnection?.((connection) => {
    tellOperator(connection);
    const tenant_id = connection.context?.tenant_id ?? null;
    const list = [eventOf(worker_id, connection, new Date(clock.latest()).toISOString())];
    journal.append({ events: { tenant_id, list } }).catch(() => {
      log('warn', `${worker_id}: a connection to ${connection.host} could not be recorded.`);
    });
  });
}

function eventOf(worker_id: string, connection: WorkerConnection, timestamp: string): TelemetryEvent {
  const { context, host, port, address, outcome, bytes_sent, bytes_received, duration_ms } = connection;
  return {
    event_id: 'evt.worker.connected',
    timestamp,
    correlation_id: context?.correlation_id ?? null,
    tenant_id: context?.tenant_id ?? null,
    capability_id: context?.capability_id ?? null,
    decision_id: context?.decision_id ?? null,
    worker_id,
    host,
    port,
    address,
    outcome,
    reason: reasonOf(connection),
    bytes_sent,
    bytes_received,
    duration_ms,
  };
}

/** The code, and how many refused ones before it were too many to be told one by one. */
function reasonOf({ code, omitted }: WorkerConnection): string | null {
  return omitted === 0 ? code : `${code ?? 'OMITTED'}, and ${omitted} more before it`;
}
