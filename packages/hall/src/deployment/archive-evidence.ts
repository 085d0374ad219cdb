import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { type Archived, type ArchiveOptions, archiveLog } from '../storage/archive/archive-log.ts';
import { readSigningKey } from './create/signing-key-file.ts';
import { DeploymentError } from './deployment-error.ts';
import { LAYOUT } from './layout.ts';
import { readServerFile } from './settings/server-file.ts';

/** What to archive of a folder. */
export type ArchiveEvidenceOptions = Omit<ArchiveOptions, 'dir'>;

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
export async function archiveEvidence(dir: string, options: ArchiveEvidenceOptions): Promise<Archived> {
  const read = await readServerFile(dir);
  if (!read.ok) throw new DeploymentError(read.findings);
  const key = await readSigningKey(dir);
  const file = join(dir, LAYOUT.store);
  if (key === null || !existsSync(file))
    throw refusal('STORE_MISSING', 'There is no store of a Hall in this folder.');
  const identity = { key, origin: read.settings.origin, mark: join(dir, LAYOUT.mark) };
  try {
    return await archiveLog(file, identity, { ...options, dir: join(dir, LAYOUT.archive) });
  } catch (error) {
    if (error instanceof WcpError) throw refusal(error.code.replace('ERR_WCP_', ''), error.message, error);
    throw error;
  }
}

function refusal(code: string, message: string, cause?: WcpError): DeploymentError {
  return new DeploymentError([{ file: LAYOUT.store, path: null, code, message }], { cause });
}
