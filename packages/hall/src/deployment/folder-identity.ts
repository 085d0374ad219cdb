import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageIdentity } from '../storage/keys/signer-source.ts';
import { readKeyFolder } from './create/key-folder.ts';
import type { EvidenceQuestion } from './create/signing-key-file.ts';
import { DeploymentError, type DeploymentFinding } from './deployment-error.ts';
import { LAYOUT } from './layout.ts';
import { readSigner } from './settings/read-signer.ts';
import { type Env, readServerFile } from './settings/server-file.ts';
import type { ServerSettings } from './settings/server-settings.ts';

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
  if (read.settings.store !== undefined) throw storeInDatabase();
  return identityOf(dir, env, read.settings, async () => existsSync(join(dir, LAYOUT.store)));
}

/**
 * The identity of the log of a folder, wherever its store is. Nothing is written.
 *
 * @throws {DeploymentError} where there is no store, or its keys cannot be read
 */
export async function identityOf(
  dir: string,
  env: Env,
  { origin, ...settings }: Pick<ServerSettings, 'origin' | 'signer' | 'next_signer'>,
  hasEvidence: EvidenceQuestion,
): Promise<FolderIdentity> {
  const findings: DeploymentFinding[] = [];
  const signer = readSigner(settings.signer, '/signer', { dir, env }, findings);
  const next_signer = readSigner(settings.next_signer, '/next_signer', { dir, env }, findings);
  if (findings.length > 0) throw new DeploymentError(findings);
  const folder = await readKeyFolder(dir, origin, hasEvidence);
  if (folder === null || !(await hasEvidence())) throw storeMissing();
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
