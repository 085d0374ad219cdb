import { WcpError } from '@wcp/spec';
import type { Client, ClientConfig, Pool } from 'pg';
import { readAddress } from './postgres-address.ts';
import type { WholeSettings } from './postgres-settings.ts';

/** The part of the driver that is used. */
export type Driver = Pick<typeof import('pg'), 'Client' | 'Pool' | 'types'>;

/** The number of the type of long integers. */
const INT8 = 20;
/** The server may be gone without a word: what it does not answer by then has failed. */
const SILENCE = 2;

/** @throws {WcpError} `ERR_WCP_STORE` where the driver is not installed */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    const message = 'The driver of PostgreSQL is not installed. Run: npm install pg';
    throw new WcpError('ERR_WCP_STORE', message, { cause });
  }
}

/** A connection that is not open yet. */
export function clientOf(driver: Driver, settings: WholeSettings): Client {
  const client = new driver.Client(configOf(driver, settings));
  // What is under way is rejected; what comes next finds out.
  client.on('error', () => {});
  return client;
}

/** Connections for reading. */
export function poolOf(driver: Driver, settings: WholeSettings): Pool {
  const pool = new driver.Pool({ ...configOf(driver, settings), max: settings.pool_size });
  pool.on('error', () => {});
  // One that somebody uses: its query is rejected; an error that nobody hears would end the thread.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

function configOf(driver: Driver, settings: WholeSettings): ClientConfig {
  const { statement_timeout_ms, connect_timeout_ms } = settings;
  const { url, ssl } = readAddress(settings);
  return {
    connectionString: url,
    ssl,
    application_name: 'wcp-hall',
    connectionTimeoutMillis: connect_timeout_ms,
    statement_timeout: statement_timeout_ms,
    lock_timeout: statement_timeout_ms,
    idle_in_transaction_session_timeout: statement_timeout_ms,
    query_timeout: statement_timeout_ms * SILENCE,
    keepAlive: true,
    types: { getTypeParser: parserOf(driver) } as ClientConfig['types'] & object,
  };
}

/** Integers are numbers: a store holds none above 2^53 - 1. */
function parserOf({ types }: Driver) {
  return (oid: number, format: 'text' = 'text') => (oid === INT8 ? Number : types.getTypeParser(oid, format));
}
