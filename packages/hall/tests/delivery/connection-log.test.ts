import type { EgressConnection } from '@wcp/sandbox';
import { describe, expect, test } from 'vitest';
import { connectionLog } from '../../src/delivery/connection-log.ts';

const connection = (members: Partial<EgressConnection>): EgressConnection => ({
  host: 'api.acme.example',
  port: 443,
  address: null,
  outcome: 'refused',
  code: 'EGRESS_NOT_LISTED',
  bytes_sent: 0,
  bytes_received: 0,
  duration_ms: 0,
  omitted: 0,
  ...members,
});

function logOf() {
  const said: string[] = [];
  const tell = connectionLog('org.acme.worker.one', (level, message) => said.push(`${level} ${message}`));
  return { said, tell };
}

describe('the connections of a contained worker', () => {
  test('A refused one is logged once, with what the operator can do about it.', () => {
    const { said, tell } = logOf();
    tell(connection({}));
    tell(connection({}));
    tell(connection({ port: 0 }));
    tell(connection({ code: 'EGRESS_ADDRESS_REFUSED' }));
    expect(said).toEqual([
      'warn org.acme.worker.one did not reach api.acme.example:443. The worker’s egress_allowlist does not name this host and port. If it may, add it to egress_allowlist of its record and enrol that.',
      'warn org.acme.worker.one did not reach api.acme.example. The worker’s egress_allowlist does not name this host and port. If it may, add it to egress_allowlist of its record and enrol that.',
      'warn org.acme.worker.one did not reach api.acme.example:443. The host has only private or special addresses, and the operator has not allowed it those. If it may, add the host to private_hosts of the worker in server.json.',
    ]);
  });

  test('One that was made is not logged.', () => {
    const { said, tell } = logOf();
    tell(connection({ outcome: 'connected', code: null }));
    tell(connection({ outcome: 'connected', code: 'EGRESS_IDLE_TIMEOUT' }));
    expect(said).toEqual([]);
  });

  test('A worker that asks for more and more hosts cannot fill the log.', () => {
    const { said, tell } = logOf();
    for (let index = 0; index < 1_000; index += 1) tell(connection({ host: `host-${index}.example` }));
    expect(said).toHaveLength(100);
  });
});
