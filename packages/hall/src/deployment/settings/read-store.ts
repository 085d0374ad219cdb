import { join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import type { WcpError } from '@wcp/spec';
import { readAddress } from '../../storage/postgres/postgres-address.ts';
import type { PostgresSettings } from '../../storage/postgres/postgres-settings.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { type Env, missingVariable, serverFinding } from './server-file.ts';
import type { StoreSettings } from './store-settings.ts';

/** A few certificates, in bytes. */
const MAX_CA_LENGTH = 1_048_576;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const URL_PATH = '/store/postgres/url_env';

/** The database of the store, with its address from the environment; what is wrong is added to `findings`. */
export async function readStore(
  store: StoreSettings | undefined,
  { dir, env }: { readonly dir: string; readonly env: Env },
  findings: DeploymentFinding[],
): Promise<PostgresSettings | undefined> {
  if (store === undefined) return undefined;
  const { url_env, ca_file, ...others } = store.postgres;
  const url = env[url_env] ?? '';
  const ca = ca_file === undefined ? undefined : await readCa(dir, ca_file, findings);
  if (url === '') findings.push(missingVariable(URL_PATH, url_env));
  else findings.push(...wrongAddress(url));
  return { ...others, url, ...(ca !== undefined && { ca }) };
}

function wrongAddress(url: string): DeploymentFinding[] {
  try {
    readAddress({ url });
    return [];
  } catch (error) {
    const { message } = error as WcpError;
    return [serverFinding({ path: URL_PATH, code: 'ADDRESS_INVALID', message })];
  }
}

async function readCa(dir: string, file: string, findings: DeploymentFinding[]): Promise<string | undefined> {
  try {
    return UTF8.decode(await readRegularFile(join(dir, file), MAX_CA_LENGTH, { followsLinks: true }));
  } catch {
    const message = `${file} cannot be read. Name a file of certificates in PEM.`;
    findings.push(serverFinding({ path: '/store/postgres/ca_file', code: 'FILE_UNREADABLE', message }));
    return undefined;
  }
}
