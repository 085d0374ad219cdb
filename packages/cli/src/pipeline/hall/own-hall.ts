import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '@wcp/hall';
import type { RegistryRecord } from '@wcp/spec';
import { CliError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { connectHall } from '../../client/hall-client.ts';
import { escaped } from '../../print/layout.ts';
import { problemsOfFolder } from '../../serve/folder-findings.ts';
import type { PipelineHall } from './pipeline-hall.ts';
import { type PipelineFolderOptions, type PreparedFolder, prepareFolder } from './prepare-folder.ts';
import { issueCredential, issuerOf } from './tenant-credential.ts';

/** How the pipeline's own Hall is set up; without a folder it gets a temporary one. */
export interface OwnHallOptions extends Omit<PipelineFolderOptions, 'dir'> {
  readonly dir: string | undefined;
  /** Keep a temporary folder with everything in it. */
  readonly keep: boolean;
}

/** The folder, inside that of a Hall, that holds the evidence of its runs. */
export const EVIDENCE = 'evidence';

/**
 * Opens a Hall with the five workers in a folder. Only this machine can reach it, with keys that are
 * revoked when it closes.
 *
 * @throws {CliError}
 */
export async function openOwnHall(terminal: Terminal, options: OwnHallOptions): Promise<PipelineHall> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'wcp-pipeline-')));
  const isKept = options.dir !== undefined || options.keep;
  const cleanUp = () => (isKept ? Promise.resolve() : removeAllBut(dir, EVIDENCE));
  try {
    const prepared = await prepareFolder(terminal, { ...options, dir });
    const folder = await openFolder(terminal, dir);
    try {
      return { ...(await connect(folder, prepared, options.tenant_id, cleanUp)), dir, isKept };
    } catch (error) {
      await folder.close();
      throw error;
    }
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function openFolder(terminal: Terminal, dir: string): Promise<Deployment> {
  const { DeploymentError, openDeployment } = await import('@wcp/hall');
  try {
    return await openDeployment(dir, { listens: false, log: logTo(terminal) });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
  }
}

function logTo(terminal: Terminal) {
  return (level: 'info' | 'warn' | 'error', message: string) => {
    if (level !== 'info') terminal.warn(`${level}: ${escaped(message)}\n`);
  };
}

/** Only the holder of these keys gets in, and only from this machine. */
async function connect(
  folder: Deployment,
  { profile, issuerKey, records }: PreparedFolder,
  tenant_id: string,
  cleanUp: () => Promise<void>,
): Promise<Omit<PipelineHall, 'dir' | 'isKept'>> {
  const { app, identity, log, registry } = folder.hall;
  await enrolAgain(registry, records);
  const { keys, issuers } = identity;
  const label = 'wcp pipeline, while it runs';
  const tenant = await keys.create({ label, roles: ['tenant'], tenant_id });
  const auditor = await keys.create({ label, roles: ['auditor'] });
  await issuers.put(issuerOf(issuerKey, tenant_id));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = new URL(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`);
  return {
    client: connectHall(url, tenant.key),
    reader: connectHall(url, auditor.key),
    tenant_credential: issueCredential(issuerKey, {
      tenant_id,
      audience: log.origin,
      now: Date.now(),
    }),
    profile,
    keys: folder.made.keys,
    async close() {
      for (const { key_id } of [tenant, auditor]) await keys.revoke(key_id).catch(() => {});
      // Whatever still runs has been told to stop.
      await folder.close(0);
      await cleanUp();
    },
  };
}

/** The workers were set up again just now: for this document, with their code as it is. */
async function enrolAgain(
  registry: Deployment['hall']['registry'],
  records: readonly RegistryRecord[],
): Promise<void> {
  for (const record of records) {
    const enrolled = registry.get(record.worker_id)?.record;
    if (enrolled?.artifact_hash !== record.artifact_hash) await registry.enrol({ record });
  }
}

/** The copies that ran are read-only folders: they are made writable before they are removed. */
async function removeAllBut(dir: string, keep: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.filter(({ name }) => name !== keep)) {
    const place = join(dir, entry.name);
    if (entry.isDirectory()) await makeRemovable(place);
    await rm(place, { recursive: true, force: true });
  }
  if (entries.every(({ name }) => name !== keep)) await rm(dir, { recursive: true, force: true });
}

async function makeRemovable(dir: string): Promise<void> {
  await chmod(dir, 0o700);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeRemovable(join(dir, entry.name));
  }
}
