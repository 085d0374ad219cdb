import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageIdentity } from '../storage/keys/signer-source.ts';
import { readKeyFolder } from './create/key-folder.ts';
import { DeploymentError, type DeploymentFinding } from './deployment-error.ts';
import { LAYOUT } from './layout.ts';
import { readSigner } from './settings/read-signer.ts';
import { type Env, readServerFile } from './settings/server-file.ts';

/** Who signs the log of a folder, what its rows are sealed with, and where its files are. */
export type FolderIdentity = StorageIdentity &
  Required<Pick<StorageIdentity, 'store_key' | 'mark' | 'data_keys'>>;

/**
 * Reads the identity of the log of a Hall that does not run. Nothing is written.
 *
 * @throws {DeploymentError} where there is no store, or its settings or keys cannot be read
 */
export async function folderIdentity(dir: string, env: Env): Promise<FolderIdentity> {
  const read = await readServerFile(dir);
  if (!read.ok) throw new DeploymentError(read.findings);
  const { origin, ...settings } = read.settings;
  if (settings.store !== undefined) throw storeInDatabase();
  const findings: DeploymentFinding[] = [];
  const signer = readSigner(settings.signer, '/signer', { dir, env }, findings);
  const next_signer = readSigner(settings.next_signer, '/next_signer', { dir, env }, findings);
  if (findings.length > 0) throw new DeploymentError(findings);
  const folder = await readKeyFolder(dir, origin);
  if (folder === null || !existsSync(join(dir, LAYOUT.store))) throw storeMissing();
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

/** What only a store in a file can do, or a Hall that runs. */
export function storeInDatabase(): DeploymentError {
  const message =
    'The store of this Hall is in PostgreSQL, and this works on store.db. Start the Hall and ask it with --url, or use the tools of the database.';
  return new DeploymentError([
    { file: LAYOUT.server, path: '/store/postgres', code: 'STORE_IN_DATABASE', message },
  ]);
}

function storeMissing(): DeploymentError {
  const message = 'There is no store of a Hall in this folder.';
  return new DeploymentError([{ file: LAYOUT.store, path: null, code: 'STORE_MISSING', message }]);
}
