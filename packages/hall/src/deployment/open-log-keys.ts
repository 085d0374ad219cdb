import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import type { LogKeys } from '@wcp/spec/hall';
import { HallClock } from '../base/hall-clock.ts';
import { openFileStorage } from '../storage/evidence/storage-client.ts';
import { HallKeys } from '../storage/keys/hall-keys.ts';
import { logKeysDocument } from '../storage/keys/log-keys-document.ts';
import type { RevokeAt } from '../storage/ledger/key-change.ts';
import { keepStoreKey, keyFilesOf, openKeyFolder } from './create/key-folder.ts';
import { exists } from './create/signing-key-file.ts';
import { DeploymentError, type DeploymentFinding } from './deployment-error.ts';
import { storeInDatabase } from './folder-identity.ts';
import { LAYOUT } from './layout.ts';
import { findingOf } from './open-hall.ts';
import { readSigner } from './settings/read-signer.ts';
import { type Env, readServerFile } from './settings/server-file.ts';

/** The keys of the log of a Hall that does not run. */
export interface FolderLogKeys {
  /** The keys, the receipts that say so, and the key that follows. */
  show(): Promise<LogKeys>;
  /** Makes the next key, so that workers can be told of it before it signs anything. */
  prepare(): Promise<LogKeys>;
  /** Lets the next key sign from now on. @throws {WcpError} `ERR_WCP_LOG_KEY`, `ERR_WCP_STORE`, `ERR_WCP_SIGNER` */
  rotate(): Promise<LogKeys>;
  /** Takes the trust from what a former key signed from there on. @throws {WcpError} `ERR_WCP_LOG_KEY` */
  revoke(key_id: string, from: RevokeAt): Promise<LogKeys>;
  close(): Promise<void>;
}

/**
 * Opens the log in the folder of a Hall that does not run, to change its keys.
 *
 * @throws {DeploymentError} where there is none, where a Hall has it open, or where it cannot be opened
 * @example
 * import { openLogKeys } from '@wcp/hall';
 *
 * const keys = await openLogKeys('my-hall', { env: process.env });
 * console.log((await keys.show()).keys.map(({ key_id }) => key_id));
 * await keys.close();
 */
export async function openLogKeys(
  dir: string,
  { env = {} }: { readonly env?: Env } = {},
): Promise<FolderLogKeys> {
  const { origin, signer, next_signer } = await readSettings(dir, env);
  if (!(await exists(join(dir, LAYOUT.store)))) throw noLog();
  const folder = await openKeyFolder(dir, origin);
  const { key, store_key } = folder;
  const next = next_signer ?? (signer === undefined ? folder.next : null) ?? undefined;
  const mark = join(dir, LAYOUT.mark);
  const data_keys = join(dir, LAYOUT.dataKeys);
  const sealed = { origin, store_key, mark, data_keys };
  const identity = { key: signer ?? key, ...(next !== undefined && { next }), ...sealed };
  const storage = await asFindings(openFileStorage(join(dir, LAYOUT.store), identity));
  const files = signer === undefined ? keyFilesOf(dir) : undefined;
  const keys = await HallKeys.open({ key, signer, next, files, sealsStore: false }, storage);
  if (!folder.isStoreKeyKept) await keepStoreKey(dir, store_key);
  const now = () => new HallClock(Date.now, 0).timestamp();
  const shown = () => logKeysDocument(origin, keys);
  return {
    show: shown,
    prepare: () => keys.prepare().then(shown),
    rotate: () => keys.rotate(now()).then(shown),
    revoke: (key_id, from) => keys.revoke(key_id, from, now()).then(shown),
    close: () => storage.close(),
  };
}

async function readSettings(dir: string, env: Env) {
  const read = await readServerFile(dir);
  if (!read.ok) throw new DeploymentError(read.findings);
  if (read.settings.store !== undefined) throw storeInDatabase();
  const findings: DeploymentFinding[] = [];
  const signer = readSigner(read.settings.signer, '/signer', { dir, env }, findings);
  const next_signer = readSigner(read.settings.next_signer, '/next_signer', { dir, env }, findings);
  if (findings.length > 0) throw new DeploymentError(findings);
  return { origin: read.settings.origin, signer, next_signer };
}

async function asFindings<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    throw new DeploymentError([findingOf(error)], { cause: error });
  }
}

function noLog(): DeploymentError {
  const message = 'There is no log in this folder. Name the folder of a Hall.';
  return new DeploymentError([{ file: LAYOUT.store, path: null, code: 'STORE_MISSING', message }]);
}
