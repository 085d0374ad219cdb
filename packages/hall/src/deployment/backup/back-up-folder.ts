import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import type { EvidenceStorage } from '../../storage/evidence/evidence-storage.ts';
import { openFileStorage } from '../../storage/evidence/storage-client.ts';
import { HallKeys } from '../../storage/keys/hall-keys.ts';
import { logKeysDocument } from '../../storage/keys/log-keys-document.ts';
import { readKeyFolder } from '../create/key-folder.ts';
import { DeploymentError } from '../deployment-error.ts';
import { type FolderIdentity, folderIdentity } from '../folder-identity.ts';
import { LAYOUT } from '../layout.ts';
import { findingOf } from '../open-hall.ts';
import type { Env } from '../settings/server-file.ts';
import type { BackupManifest } from './manifest.ts';
import { type BackupOptions, writeBackup } from './write-backup.ts';

/** How a backup of a Hall that does not run is made. */
export interface FolderBackupOptions extends BackupOptions {
  /** The variables that a program that signs may need (default: none). */
  readonly env?: Env;
}

/**
 * Makes a backup of the Hall in a folder that does not run: its store, its archive, its documents and, encrypted with a
 * passphrase, its keys. The backup has its name only once it is whole and was read again.
 *
 * @throws {DeploymentError} where a Hall has the store open, where the store cannot be opened, or the backup not be made
 * @example
 * ```ts
 * import { backUpFolder } from '@wcp/hall';
 *
 * export async function nightly(dir: string, target: string, passphrase: string) {
 *   const { size, left_out } = await backUpFolder(dir, target, { passphrase, at: new Date().toISOString() });
 *   console.log(`${size} receipts; not in the backup: ${left_out.join(', ')}`);
 * }
 * ```
 */
export async function backUpFolder(
  dir: string,
  target: string,
  { env = {}, ...options }: FolderBackupOptions,
): Promise<BackupManifest> {
  const identity = await folderIdentity(dir, env);
  const storage = await openStorage(join(dir, LAYOUT.store), identity);
  try {
    const { origin, store_key } = identity;
    const logKeys = async () => {
      const folder = await readKeyFolder(dir, origin);
      const { key } = folder as NonNullable<typeof folder>;
      return logKeysDocument(origin, await HallKeys.open({ key, sealsStore: false }, storage));
    };
    return await writeBackup({ dir, origin, store_key, storage, logKeys }, target, options);
  } finally {
    await storage.close();
  }
}

async function openStorage(file: string, identity: FolderIdentity): Promise<EvidenceStorage> {
  try {
    return await openFileStorage(file, identity, { isChecked: false });
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    throw new DeploymentError([findingOf(error)], { cause: error });
  }
}
