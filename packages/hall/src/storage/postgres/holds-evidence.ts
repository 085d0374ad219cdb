import { clientOf, loadDriver } from './driver.ts';
import { postgresError } from './postgres-error.ts';
import { type PostgresSettings, wholeSettings } from './postgres-settings.ts';
import { quoted } from './tables-in-postgres.ts';

/**
 * Whether a Hall has written to a schema. Nothing is changed.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the database cannot be asked
 */
export async function holdsEvidence(given: PostgresSettings): Promise<boolean> {
  const settings = wholeSettings(given);
  const client = clientOf(await loadDriver(), settings);
  const store = `${quoted(settings.schema)}.store`;
  try {
    await client.connect();
    const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [store]);
    if (rows[0]?.found == null) return false;
    const written = await client.query(`SELECT 1 FROM ${store} WHERE last_commit <> ''`);
    return written.rows.length > 0;
  } catch (error) {
    throw postgresError(error);
  } finally {
    await client.end().catch(() => {});
  }
}
