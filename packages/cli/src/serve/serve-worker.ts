import type { SigningKey } from '@wcp/evidence';
import type { PackageHost, PackageHostOptions } from '@wcp/hall';
import { CliError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { InputReader } from '../input/input-reader.ts';
import { loadSigningKey } from '../input/keys.ts';
import { inFolder } from '../input/package-folder.ts';
import { rows } from '../print/layout.ts';
import { problemsOfFolder } from './folder-findings.ts';
import { serverLog } from './server-log.ts';

/** The choices of the user. */
export interface ServeWorkerOptions
  extends Pick<PackageHostOptions, 'program' | 'settings' | 'state' | 'host' | 'port' | 'hallUrls'> {
  /** The file of the authority's private key. */
  readonly authorityKey: string;
  /** The public keys of Halls, with commas between them. */
  readonly hallKey: string;
  readonly isJson: boolean;
}

/**
 * Serves a worker package until the program is told to stop.
 *
 * @throws {CliError} if it cannot be started
 */
export async function serveWorker(
  terminal: Terminal,
  dir: string,
  { authorityKey, hallKey, isJson, ...chosen }: ServeWorkerOptions,
): Promise<void> {
  const stopped = terminal.untilStopped();
  const log = serverLog(terminal, isJson);
  const key = await keyIn(terminal, authorityKey);
  const hallKeys = hallKey === '' ? [] : hallKey.split(',').map((each) => each.trim());
  const { env } = terminal;
  const host = await inFolder(dir, () =>
    open(terminal, { ...chosen, dir, key, keyFile: authorityKey, hallKeys, env, log }),
  );
  if (isJson) log('info', 'The worker is ready.', readyMembers(host, key));
  else terminal.write(readyText(host, key, hallKeys));
  await stopped;
  log('info', 'The worker is finishing what still runs, and closing.');
  await host.close();
  log('info', 'The worker is closed.');
}

/** The code of the server is loaded only here, so that other commands start fast. */
async function open(terminal: Terminal, options: PackageHostOptions): Promise<PackageHost> {
  const { DeploymentError, servePackage } = await import('@wcp/hall');
  try {
    return await servePackage(options);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const findings = error.findings.map((finding) => ({ ...finding, file: finding.file ?? options.dir }));
    throw new CliError(await problemsOfFolder(terminal, '.', findings));
  }
}

async function keyIn(terminal: Terminal, file: string): Promise<SigningKey> {
  const reader = new InputReader(terminal);
  const key = await loadSigningKey(reader, file);
  reader.throwErrors();
  return key as SigningKey;
}

function readyMembers({ url, record, code_hash }: PackageHost, { keyId }: SigningKey) {
  return { listening: url, worker_id: record.worker_id, code_hash, signing_key_id: keyId };
}

function readyText(host: PackageHost, key: SigningKey, hallKeys: readonly string[]): string {
  const { url, record, code_hash } = host;
  const entry = JSON.stringify({ url, record: '…/registry_record.json', attested: true });
  const table = rows([
    ['worker', record.worker_id],
    ['address', url],
    ['code', code_hash],
    ['signed by', `${key.keyId} (${key.publicKey})`],
    ['in the Hall', entry],
  ]);
  const halls = hallKeys.length > 0 ? '' : 'No key of a Hall is given: only calls of dev are run.\n';
  return `${table}${halls}What runs is what was hashed just now; start again to serve a changed package. Stop it with Ctrl-C.\n`;
}
