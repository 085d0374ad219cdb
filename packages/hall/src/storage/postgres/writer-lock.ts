import type { Client } from 'pg';

/** The lock of the Hall that writes to a schema: two numbers, which PostgreSQL makes of texts. */
const LOCK = "hashtext('wcp writer'), hashtext($1)";

/**
 * Takes the lock for as long as the connection lasts; false where another one has it.
 *
 * @param isShared whether other Halls may have it as well that say the same
 */
export async function takeWriterLock(client: Client, schema: string, isShared: boolean): Promise<boolean> {
  const take = isShared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const { rows } = await client.query<{ taken: boolean }>(`SELECT ${take}(${LOCK}) AS taken`, [schema]);
  return rows[0]?.taken === true;
}

/** Whether a connection has the lock. */
export async function isWriterLocked(client: Client, schema: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = (hashtext('wcp writer')::bigint & 4294967295)::oid AND objid = (hashtext($1)::bigint & 4294967295)::oid`,
    [schema],
  );
  return rows.length > 0;
}
