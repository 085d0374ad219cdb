import { WcpError } from '@wcp/spec';
import type { ClientBase } from 'pg';
import { SCHEMA_VERSION } from '../store/sqlite-file.ts';
import { commitLogStatements } from './commit-log.ts';
import { quoted, schemaStatements } from './tables-in-postgres.ts';

const EARLIEST_SERVER = 150_000;

/** Settings without which a commit that was acknowledged can be lost. */
const DURABLE = ['fsync', 'full_page_writes'] as const;

/** @throws {WcpError} `ERR_WCP_STORE` for a server on which evidence would not be safe */
export async function checkServer(client: ClientBase): Promise<void> {
  const names = ['server_version_num', ...DURABLE, 'transaction_read_only'];
  const shown = names.map((name) => `current_setting('${name}') AS ${name}`);
  const { rows } = await client.query<Record<string, string>>(`SELECT ${shown.join(', ')}`);
  const found = rows[0] as Record<string, string>;
  if (Number(found['server_version_num']) < EARLIEST_SERVER) {
    throw refused('The database is older than PostgreSQL 15. Upgrade it.');
  }
  for (const name of DURABLE) {
    if (found[name] === 'on') continue;
    throw refused(`The database has ${name}=${found[name]}: a power cut would lose evidence. Set it to on.`);
  }
  if (found['transaction_read_only'] === 'off') return;
  throw refused(
    'The database takes no changes: it is a replica, or read-only. Give the address of the primary.',
  );
}

/**
 * Makes the tables where there are none, under a lock of the transaction that is open.
 *
 * @throws {WcpError} `ERR_WCP_STORE`: of another version, or the schema holds something else
 */
export async function prepareSchema(client: ClientBase, schema: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`wcp:${schema}`]);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
  const { rows } = await client.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1',
    [schema],
  );
  if (rows.length === 0) return createTables(client, schema);
  if (rows.some(({ name }) => name === 'store')) return checkVersion(client, schema);
  throw refused('The schema has tables, but not those of a Hall. Choose another schema.');
}

async function createTables(client: ClientBase, schema: string): Promise<void> {
  for (const statement of schemaStatements(schema)) await client.query(statement);
  for (const statement of commitLogStatements(schema, SCHEMA_VERSION)) await client.query(statement);
}

/** @throws {WcpError} `ERR_WCP_STORE` for tables of another version */
export async function checkVersion(client: ClientBase, schema: string): Promise<void> {
  const { rows } = await client.query<{ version: number }>(`SELECT version FROM ${quoted(schema)}.store`);
  const version = rows[0]?.version;
  if (version === SCHEMA_VERSION) return;
  if (version !== undefined && version < 0) throw refused(INCOMPLETE);
  throw refused(
    `The store has version ${version ?? 'unknown'}; this Hall reads version ${SCHEMA_VERSION}. Use the Hall that wrote it, or a newer one.`,
  );
}

function refused(message: string): WcpError {
  return new WcpError('ERR_WCP_STORE', message);
}

/** A transfer makes the version negative until everything is there. */
const INCOMPLETE =
  'The store is incomplete: moving it here was interrupted. Run `wcp store migrate` again; until then the Hall goes on where it was.';
