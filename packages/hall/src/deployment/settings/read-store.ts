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
/** An address is a line, in bytes. */
const MAX_URL_LENGTH = 8_192;
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
  const ca = ca_file === undefined ? undefined : await readCa(dir, ca_file, findings);
  const url = await readUrl(env, url_env, findings);
  if (url !== null) findings.push(...wrongAddress(url));
  return { ...others, url: url ?? '', ...(ca !== undefined && { ca }) };
}

/** The address, which a variable holds, or the file that `<variable>_FILE` names, as containers get their secrets. */
async function readUrl(env: Env, name: string, findings: DeploymentFinding[]): Promise<string | null> {
  const [url, file] = [env[name] ?? '', env[`${name}_FILE`] ?? ''];
  if (url !== '') return url;
  if (file === '') {
    findings.push(missingVariable(URL_PATH, name));
    return null;
  }
  try {
    return UTF8.decode(await readRegularFile(file, MAX_URL_LENGTH, { followsLinks: true })).trim();
  } catch {
    const message = `The file that ${name}_FILE names cannot be read.`;
    findings.push(serverFinding({ path: URL_PATH, code: 'FILE_UNREADABLE', message }));
    return null;
  }
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
