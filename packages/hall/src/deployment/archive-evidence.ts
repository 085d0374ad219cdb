import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { type Archived, type ArchiveOptions, archiveLog } from '../storage/archive/archive-log.ts';
import type { StorageIdentity } from '../storage/keys/signer-source.ts';
import { readKeyFolder } from './create/key-folder.ts';
import { DeploymentError, type DeploymentFinding } from './deployment-error.ts';
import { LAYOUT } from './layout.ts';
import { readSigner } from './settings/read-signer.ts';
import { type Env, readServerFile } from './settings/server-file.ts';

/** What to archive of a folder. */
export interface ArchiveEvidenceOptions extends Omit<ArchiveOptions, 'dir'> {
  /** The variables that a program that signs may need (default: none). */
  readonly env?: Env;
}

/**
 * Moves the oldest receipts of the Hall in a folder out of its store, into the folder `archive` beside it. The Hall
 * must be stopped. It reads them there afterwards: proofs and exports stay as they are.
 *
 * @throws {DeploymentError} where the store cannot be opened, or the archive is that of another log
 * @example
 * ```ts
 * import { archiveEvidence } from '@wcp/hall';
 *
 * export async function archiveLastYear(dir: string) {
 *   const before = { time: '2026-01-01T00:00:00.000Z' };
 *   const { from, to, bytes_before, bytes_after } = await archiveEvidence(dir, { before, at: new Date().toISOString() });
 *   console.log(`${to - from} receipts archived, ${bytes_before - bytes_after} bytes freed`);
 * }
 * ```
 */
export async function archiveEvidence(
  dir: string,
  { env = {}, ...options }: ArchiveEvidenceOptions,
): Promise<Archived> {
  const identity = await identityOf(dir, env);
  try {
    const file = join(dir, LAYOUT.store);
    return await archiveLog(file, identity, { ...options, dir: join(dir, LAYOUT.archive) });
  } catch (error) {
    if (error instanceof WcpError) throw refusal(error.code.replace('ERR_WCP_', ''), error.message, error);
    throw error;
  }
}

/** Who signs the log of a folder, and what its rows are sealed with. */
async function identityOf(dir: string, env: Env): Promise<StorageIdentity> {
  const read = await readServerFile(dir);
  if (!read.ok) throw new DeploymentError(read.findings);
  const { origin, ...settings } = read.settings;
  const findings: DeploymentFinding[] = [];
  const signer = readSigner(settings.signer, '/signer', { dir, env }, findings);
  const next_signer = readSigner(settings.next_signer, '/next_signer', { dir, env }, findings);
  if (findings.length > 0) throw new DeploymentError(findings);
  const folder = await readKeyFolder(dir, origin);
  if (folder === null || !existsSync(join(dir, LAYOUT.store)))
    throw refusal('STORE_MISSING', 'There is no store of a Hall in this folder.');
  const next = next_signer ?? (signer === undefined ? folder.next : null);
  return {
    key: signer ?? folder.key,
    ...(next !== null && { next }),
    origin,
    store_key: folder.store_key,
    mark: join(dir, LAYOUT.mark),
    data_keys: join(dir, LAYOUT.dataKeys),
  };
}

function refusal(code: string, message: string, cause?: WcpError): DeploymentError {
  return new DeploymentError([{ file: LAYOUT.store, path: null, code, message }], { cause });
}
