import { EGRESS_CODES, type EgressConnection } from '@wcp/sandbox';
import type { Logger } from '../base/logger.ts';

/** Places that are remembered: a worker can ask for any number of them. */
const MAX_PLACES = 100;
/** What the operator has to do where it is a setting that refuses. */
const ADVICE: Readonly<Record<string, string>> = {
  EGRESS_NOT_LISTED: ' If it may, add it to egress_allowlist of its record and enrol that.',
  EGRESS_ADDRESS_REFUSED: ' If it may, add the host to private_hosts of the worker in server.json.',
};

/**
 * Logs which places a worker was refused or did not reach: each once, because a worker that is refused tries again,
 * and a hostile one as often as it can.
 */
export function connectionLog(worker_id: string, log: Logger): (connection: EgressConnection) => void {
  const told = new Set<string>();
  return ({ host, port, outcome, code }) => {
    if (outcome === 'connected' || code === null) return;
    const place = port === 0 ? host : `${host}:${port}`;
    const key = `${code} ${place}`;
    if (told.has(key) || told.size >= MAX_PLACES) return;
    told.add(key);
    log('warn', `${worker_id} did not reach ${place}. ${EGRESS_CODES[code].message}${ADVICE[code] ?? ''}`);
  };
}
