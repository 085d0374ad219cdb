import { ProblemError } from '../../base/problem.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { readJsonFile } from '../settings/json-file.ts';
import { serverFinding } from '../settings/server-file.ts';
import { readServerSettings, type ServerSettings } from '../settings/server-settings.ts';
import type { StoreSettings } from '../settings/store-settings.ts';

/**
 * What `server.json` says, and what it says of the database, or is to say.
 *
 * @throws {DeploymentError} where it names none, or another one
 */
export async function readMigrationSettings(
  dir: string,
  to: 'postgres' | 'sqlite',
  database: StoreSettings['postgres'] | undefined,
): Promise<{ readonly json: object; readonly settings: ServerSettings; readonly store: StoreSettings }> {
  const file = await readJsonFile(dir, LAYOUT.server);
  if (!file.ok && !file.isAbsent) {
    throw new DeploymentError([serverFinding({ path: null, code: 'NOT_JSON', message: file.message })]);
  }
  const json = file.ok ? Object(file.value) : {};
  const said = checkedSettings(file.ok ? file.value : {});
  if (said.store !== undefined && database !== undefined)
    throw refused(to === 'sqlite' ? NAMED : NAMED_TWICE);
  const settings =
    database === undefined ? said : checkedSettings({ ...json, store: { postgres: database } });
  if (to === 'sqlite' && said.store === undefined) throw refused(NOT_IN_DATABASE);
  if (settings.store === undefined) throw refused(UNNAMED);
  return { json, settings, store: settings.store };
}

function checkedSettings(value: unknown): ServerSettings {
  try {
    return readServerSettings(value);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new DeploymentError(error.findings.map((finding) => serverFinding(finding)));
  }
}

/** The text of `server.json` with another store; null for the file of the folder. */
export function withStore(json: object, store: StoreSettings | null): string {
  const { store: _, ...others } = json as { readonly store?: unknown };
  return `${JSON.stringify({ ...others, ...(store !== null && { store }) }, null, 2)}\n`;
}

const UNNAMED =
  'No database is named. Name the variable that holds its address with --url-env, or in server.json.';
const NAMED_TWICE = 'server.json names the database already. Leave --url-env, --schema and --ca-file out.';
const NAMED = 'The database is that of server.json. Leave --url-env, --schema and --ca-file out.';
const NOT_IN_DATABASE = 'The store of this Hall is not in a database: server.json names none.';

function refused(message: string): DeploymentError {
  return new DeploymentError([serverFinding({ path: '/store/postgres', code: 'STORE_UNUSABLE', message })]);
}
