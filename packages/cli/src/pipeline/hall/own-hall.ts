import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '@wcp/hall';
import { CliError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { HallClient } from '../../client/hall-client.ts';
import { escaped } from '../../print/layout.ts';
import { placeProblems } from '../../serve/folder-problems.ts';
import type { PipelineHall } from './pipeline-hall.ts';
import { type PipelineFolderOptions, type PreparedFolder, prepareFolder } from './prepare-folder.ts';
import { issueCredential, issuerOf } from './tenant-credential.ts';

/** What a Hall of the pipeline's own is made from; without a folder it gets a temporary one. */
export interface OwnHallOptions extends Omit<PipelineFolderOptions, 'dir' | 'now'> {
  readonly dir: string | undefined;
  /** A temporary folder stays whole. */
  readonly keep: boolean;
}

/** The folder in that of a Hall that holds the evidence of its runs. */
export const EVIDENCE = 'evidence';

/**
 * Opens a Hall with the five workers in a folder; it is reachable on this machine alone, with keys that
 * end with it.
 *
 * @throws {CliError}
 */
export async function openOwnHall(terminal: Terminal, wish: OwnHallOptions): Promise<PipelineHall> {
  const dir = wish.dir ?? (await mkdtemp(join(tmpdir(), 'wcp-pipeline-')));
  const isKept = wish.dir !== undefined || wish.keep;
  const tidy = () => (isKept ? Promise.resolve() : removeAllBut(dir, EVIDENCE));
  try {
    const prepared = await prepareFolder({ ...wish, dir, now: terminal.now() });
    const folder = await openFolder(terminal, dir);
    try {
      return { ...(await connect(folder, prepared, wish.tenant_id, tidy)), dir, isKept };
    } catch (error) {
      await folder.close();
      throw error;
    }
  } catch (error) {
    await tidy();
    throw error;
  }
}

async function openFolder(terminal: Terminal, dir: string): Promise<Deployment> {
  const { DeploymentError, openDeployment } = await import('@wcp/hall');
  try {
    return await openDeployment(dir, { listens: false, log: logTo(terminal) });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError(await placeProblems(terminal, dir, error.problems));
  }
}

function logTo(terminal: Terminal) {
  return (level: 'info' | 'warn' | 'error', message: string) => {
    if (level !== 'info') terminal.warn(`${level}: ${escaped(message)}\n`);
  };
}

/** Nobody but the holder of these keys is let in, and nobody from another machine. */
async function connect(
  folder: Deployment,
  { profile, issuerKey }: PreparedFolder,
  tenant_id: string,
  tidy: () => Promise<void>,
): Promise<Omit<PipelineHall, 'dir' | 'isKept'>> {
  const { app, identity, log } = folder.hall;
  const { keys, issuers } = identity;
  const label = 'wcp pipeline, while it runs';
  const tenant = await keys.create({ label, roles: ['tenant'], tenant_id });
  const auditor = await keys.create({ label, roles: ['auditor'] });
  await issuers.put(issuerOf(issuerKey, tenant_id));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = new URL(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`);
  return {
    client: new HallClient(url, tenant.key),
    reader: new HallClient(url, auditor.key),
    tenant_credential: issueCredential(issuerKey, {
      tenant_id,
      audience: log.origin,
      now: Date.now(),
    }),
    profile,
    keys: folder.made.keys,
    async close() {
      for (const { key_id } of [tenant, auditor]) await keys.revoke(key_id).catch(() => {});
      // What is still under way was asked to end.
      await folder.close(0);
      await tidy();
    },
  };
}

/** The copies that ran are read-only folders: they are opened before they are removed. */
async function removeAllBut(dir: string, kept: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.filter(({ name }) => name !== kept)) {
    const place = join(dir, entry.name);
    if (entry.isDirectory()) await makeRemovable(place);
    await rm(place, { recursive: true, force: true });
  }
  if (entries.every(({ name }) => name !== kept)) await rm(dir, { recursive: true, force: true });
}

async function makeRemovable(dir: string): Promise<void> {
  await chmod(dir, 0o700);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeRemovable(join(dir, entry.name));
  }
}
