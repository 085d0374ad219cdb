import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { type Archived, type ArchiveOptions, archiveLog } from '../storage/archive/archive-log.ts';
import { DeploymentError } from './deployment-error.ts';
import { folderIdentity } from './folder-identity.ts';
import { LAYOUT } from './layout.ts';
import type { Env } from './settings/server-file.ts';

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
  const identity = await folderIdentity(dir, env);
  try {
    const file = join(dir, LAYOUT.store);
    return await archiveLog(file, identity, { ...options, dir: join(dir, LAYOUT.archive) });
  } catch (error) {
    if (error instanceof WcpError) throw refusal(error.code.replace('ERR_WCP_', ''), error.message, error);
    throw error;
  }
}

function refusal(code: string, message: string, cause?: WcpError): DeploymentError {
  return new DeploymentError([{ file: LAYOUT.store, path: null, code, message }], { cause });
}
