import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DeploymentError } from '../deployment-error.ts';
import { type FolderIdentity, folderIdentity } from '../folder-identity.ts';
import { LAYOUT } from '../layout.ts';
import type { Env } from '../settings/server-file.ts';
import { asBackupFindings, backupRefused } from './backup-error.ts';
import { copyInto, LOG_KEYS, publishFolder, SEALED_KEYS, wrongFiles } from './backup-files.ts';
import { type ContinueOptions, continueLog, type Restored } from './continue-log.ts';
import { type BackupManifest, MANIFEST, readManifest } from './manifest.ts';
import { type KeyFileTexts, readKeyTexts, unsealKeys, writeKeyTexts } from './sealed-keys.ts';
import { emptyFolder } from './write-backup.ts';

/** Which part of a restore is under way; until `published`, the folder is as it was. */
export type RestoreStep = 'copying' | 'checking' | 'continuing' | 'published';

/** How a backup is put back. */
export interface RestoreOptions extends ContinueOptions {
  /** What the keys in the backup were encrypted with. */
  readonly passphrase?: string | undefined;
  /** A folder `keys` of this Hall that was kept elsewhere, in the place of the keys in the backup. */
  readonly keys?: string | undefined;
  /** The variables that a program that signs may need (default: none). */
  readonly env?: Env;
  /** Called with each step when it begins, and when the folder has its name. */
  readonly report?: (step: RestoreStep) => void;
}

/**
 * Puts a backup back into a folder that does not exist yet, or is empty. Everything is verified first, and the folder
 * has its name only once all of it is there. The log goes on under its name only with proof that nothing was signed
 * after the backup; else under another one that names the old (section 8.12).
 *
 * @throws {DeploymentError} with every finding; nothing was restored then
 * @example
 * ```ts
 * import { restoreHall } from '@wcp/hall';
 *
 * export async function bringBack(backup: string, dir: string, passphrase: string, checkpoint: string) {
 *   const options = { passphrase, latest: [checkpoint], at: new Date().toISOString() };
 *   const { origin, position } = await restoreHall(backup, dir, options);
 *   console.log(`${origin} goes on after its receipt ${position}`);
 * }
 * ```
 */
export async function restoreHall(backup: string, dir: string, options: RestoreOptions): Promise<Restored> {
  const { report = () => {} } = options;
  await checkVacant(dir);
  const staging = `${resolve(dir)}.restoring`;
  try {
    const { manifest, identity } = await stage(backup, staging, options);
    report('continuing');
    const restored = await continueLog(staging, identity, manifest, options);
    await checkVacant(dir);
    await publishFolder(staging, resolve(dir));
    report('published');
    return restored;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    return await asBackupFindings(Promise.reject(error), null);
  }
}

/** Copies a backup with its keys, and compares each file with what the backup says of it. */
async function stage(
  backup: string,
  staging: string,
  { env = {}, report = () => {}, ...options }: RestoreOptions,
): Promise<{ readonly manifest: BackupManifest; readonly identity: FolderIdentity }> {
  report('copying');
  const manifest = await readManifest(backup);
  const keys = await keysFor(backup, manifest, options);
  await emptyFolder(staging);
  const findings = await wrongFiles(backup, manifest.files);
  if (findings.length > 0) throw new DeploymentError(findings);
  for (const { path } of manifest.files) await copyInto(backup, staging, path);
  const changed = await wrongFiles(staging, manifest.files);
  if (changed.length > 0) throw new DeploymentError(changed);
  report('checking');
  for (const path of [SEALED_KEYS, LOG_KEYS]) await rm(join(staging, path), { force: true });
  await writeKeyTexts(staging, keys);
  return { manifest, identity: await folderIdentity(staging, env) };
}

async function keysFor(
  backup: string,
  { has_keys }: BackupManifest,
  { passphrase, keys }: Pick<RestoreOptions, 'passphrase' | 'keys'>,
): Promise<KeyFileTexts> {
  if (keys !== undefined) return keysIn(keys);
  if (!has_keys) throw backupRefused('KEYS_MISSING', KEYS_MISSING, MANIFEST);
  if (passphrase === undefined) throw backupRefused('PASSPHRASE_MISSING', PASSPHRASE_MISSING, SEALED_KEYS);
  return unsealKeys(backup, passphrase);
}

const KEYS_MISSING =
  'The backup was made without its keys. Give the folder `keys` of this Hall, as it was kept elsewhere, with --keys.';
const PASSPHRASE_MISSING =
  'The keys in the backup are encrypted. Give the passphrase with --passphrase-file, or the folder `keys` of this Hall with --keys.';

/** @param keys the folder itself */
async function keysIn(keys: string): Promise<KeyFileTexts> {
  const texts = await readKeyTexts(keys);
  if (texts[LAYOUT.key] !== undefined && texts[LAYOUT.storeKey] !== undefined) return texts;
  const message = `This is not the folder of keys of a Hall: hall-key.pem and store-key.json must be in it.`;
  throw backupRefused('KEYS_MISSING', message);
}

async function checkVacant(dir: string): Promise<void> {
  if (!existsSync(dir) || (await readdir(dir)).length === 0) return;
  const message =
    'There is something in this folder already, and a restore never replaces anything. Name a new folder; once the Hall runs there, remove the old one.';
  throw backupRefused('FOLDER_OCCUPIED', message);
}
