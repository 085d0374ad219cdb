import { WcpError } from '@wcp/spec';
import { DeploymentError, type DeploymentFinding, unusableFile } from '../deployment-error.ts';

/** Why a backup is not made, or not put back. */
export type BackupCode =
  | 'BACKUP_EXISTS'
  | 'BACKUP_MALFORMED'
  | 'BACKUP_DAMAGED'
  | 'BACKUP_UNSIGNED'
  | 'BACKUP_OUTDATED'
  | 'PASSPHRASE_MISSING'
  | 'PASSPHRASE_WRONG'
  | 'KEYS_MISSING'
  | 'FOLDER_OCCUPIED'
  | 'CONTINUATION_UNPROVEN'
  | 'CHECKPOINT_INVALID'
  | 'ORIGIN_USED'
  | 'ERASURES_MALFORMED';

/** A finding about a backup. */
export function backupFinding(
  code: BackupCode,
  message: string,
  file: string | null = null,
): DeploymentFinding {
  return { file, path: null, code, message };
}

/** The error of a backup that is not made, or not put back. */
export function backupRefused(
  code: BackupCode,
  message: string,
  file: string | null = null,
  cause?: unknown,
): DeploymentError {
  return new DeploymentError([backupFinding(code, message, file)], { cause });
}

/** What the store says of itself as findings; whatever else failed is about a file that could not be used. */
export async function asBackupFindings<T>(work: Promise<T>, file: string | null): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    if (error instanceof WcpError) throw backupRefused('BACKUP_DAMAGED', error.message, file, error);
    throw unusableFile(file, error);
  }
}
