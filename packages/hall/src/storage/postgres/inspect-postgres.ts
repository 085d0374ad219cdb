import type { Client } from 'pg';
import { clientOf, loadDriver } from './driver.ts';
import { postgresError } from './postgres-error.ts';
import { type PostgresSettings, wholeSettings } from './postgres-settings.ts';
import { checkServer, checkVersion } from './prepare-schema.ts';
import { quoted } from './tables-in-postgres.ts';
import { isWriterLocked } from './writer-lock.ts';

/** How the schema of a Hall is. */
export interface PostgresState {
  readonly state: 'absent' | 'in_use' | 'idle';
  /** Whether a Hall has written to it. */
  readonly hasEvidence: boolean;
}

/**
 * Looks at the schema of a Hall: whether the server is fit for evidence, and who uses it. Nothing is changed.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the database cannot be asked, is not fit, or holds another version
 */
export async function inspectPostgres(given: PostgresSettings): Promise<PostgresState> {
  const settings = wholeSettings(given);
  const client = clientOf(await loadDriver(), settings);
  try {
    await client.connect();
    await checkServer(client);
    return await stateOf(client, settings.schema);
  } catch (error) {
    throw postgresError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function stateOf(client: Client, schema: string): Promise<PostgresState> {
  const store = `${quoted(schema)}.store`;
  const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [store]);
  if (rows[0]?.found == null) return { state: 'absent', hasEvidence: false };
  await checkVersion(client, schema);
  const written = await client.query(`SELECT 1 FROM ${store} WHERE last_commit <> ''`);
  const state = (await isWriterLocked(client, schema)) ? 'in_use' : 'idle';
  return { state, hasEvidence: written.rows.length > 0 };
}
