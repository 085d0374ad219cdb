import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { KeyTerm } from '@wcp/evidence/log';
import type { LogKeys } from '@wcp/spec/hall';
import { writeDurably } from '../../storage/archive/write-durably.ts';
import type { EvidenceStorage } from '../../storage/evidence/evidence-storage.ts';
import { type CopiedLog, readCopy } from '../../storage/evidence/read-copy.ts';
import type { StoreKey } from '../../storage/seal/store-key.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { asBackupFindings, backupRefused } from './backup-error.ts';
import {
  copyInto,
  DOCUMENTS,
  describeFile,
  filesBelow,
  LOG_KEYS,
  publishFolder,
  SEALED_KEYS,
  wrongFiles,
} from './backup-files.ts';
import { type BackupManifest, MANIFEST, manifestStatement, type UnsignedManifest } from './manifest.ts';
import { checkPassphrase, KEYS, readKeyTexts, sealKeys } from './sealed-keys.ts';

/** Which part of a backup is under way; until `published`, there is none under its name. */
export type BackupStep = 'store' | 'files' | 'keys' | 'manifest' | 'verifying' | 'published';

/** How a backup is made. */
export interface BackupOptions {
  /** Encrypts the keys of the Hall; without it they are left out. */
  readonly passphrase?: string | undefined;
  /** When it is made, RFC 3339 in UTC. */
  readonly at: string;
  /** Called with each step when it begins, and when the backup has its name. */
  readonly report?: (step: BackupStep) => void;
}

/** A Hall of which a backup is made, whether it answers requests meanwhile or not. */
export interface BackupSource {
  /** The folder of the Hall. */
  readonly dir: string;
  readonly origin: string;
  readonly store_key: StoreKey;
  readonly storage: Pick<EvidenceStorage, 'ledger' | 'copyTo'>;
  logKeys(): Promise<LogKeys>;
}

/** Keys may change while the store is copied, but not for ever. */
const ATTEMPTS = 3;

/**
 * Makes a backup in a folder beside its target, verifies it and gives it its name in one step.
 *
 * @throws {DeploymentError} where it cannot be made; nothing is left under the name of the target then
 */
export async function writeBackup(
  source: BackupSource,
  target: string,
  { passphrase, at, report = () => {} }: BackupOptions,
): Promise<BackupManifest> {
  if (passphrase !== undefined) checkPassphrase(passphrase);
  if (existsSync(target)) throw targetExists();
  const staging = `${resolve(target)}.part`;
  try {
    await emptyFolder(staging);
    report('store');
    const log = await copyStore(source, join(staging, LAYOUT.store));
    report('files');
    await copyFiles(source, staging);
    report('keys');
    if (passphrase !== undefined) await writeKeys(source, staging, passphrase);
    report('manifest');
    const manifest = await describe(source, staging, { log, at, target, hasKeys: passphrase !== undefined });
    report('verifying');
    await verify(staging, manifest);
    if (existsSync(target)) throw targetExists();
    await publishFolder(staging, resolve(target));
    await noteBackup(source.dir, resolve(target), manifest);
    report('published');
    return manifest;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    return await asBackupFindings(Promise.reject(error), null);
  }
}

/** A folder of an interrupted run is replaced. */
export async function emptyFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true, mode: 0o700 });
}

interface StoreCopy extends CopiedLog {
  readonly inForce: KeyTerm;
}

/** Where the key changed while the store was copied, the copy is made again: it is read with the key in force. */
async function copyStore({ storage, origin, store_key }: BackupSource, file: string): Promise<StoreCopy> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await inForceOf(storage);
    await rm(file, { force: true });
    await storage.copyTo(file);
    const inForce = await inForceOf(storage);
    if (before.key_id !== inForce.key_id && attempt < ATTEMPTS) continue;
    return { ...(await readCopy(file, { origin, store_key, inForce })), inForce };
  }
}

async function inForceOf({ ledger }: BackupSource['storage']): Promise<KeyTerm> {
  return (await ledger.keys()).at(-1) as KeyTerm;
}

async function copyFiles({ dir, logKeys }: BackupSource, staging: string): Promise<void> {
  const archived = (await filesBelow(join(dir, LAYOUT.archive))).map((path) => `${LAYOUT.archive}/${path}`);
  const documents = DOCUMENTS.filter((name) => existsSync(join(dir, name)));
  for (const path of [...documents, ...archived.filter((each) => !each.endsWith('.tmp'))]) {
    await copyInto(dir, staging, path);
  }
  await writeText(staging, LOG_KEYS, `${JSON.stringify(await logKeys(), null, 2)}\n`);
}

/** A store of an earlier version was sealed with a key that is derived: it gets a file of its own in the backup. */
async function writeKeys(
  { dir, store_key }: BackupSource,
  staging: string,
  passphrase: string,
): Promise<void> {
  const texts = {
    [LAYOUT.storeKey]: `${JSON.stringify(store_key, null, 2)}\n`,
    ...(await readKeyTexts(join(dir, KEYS))),
  };
  await writeText(staging, SEALED_KEYS, await sealKeys(texts, passphrase));
}

interface Described {
  readonly log: StoreCopy;
  readonly at: string;
  readonly target: string;
  readonly hasKeys: boolean;
}

async function describe(
  { dir, origin, storage }: BackupSource,
  staging: string,
  { log, at, target, hasKeys }: Described,
): Promise<BackupManifest> {
  const { size, root, inForce } = log;
  const files = [];
  for (const path of await filesBelow(staging)) files.push(await describeFile(staging, path));
  const unsigned: UnsignedManifest = {
    schema_version: 'wcp-backup.v1',
    ...{ made_at: at, origin, size, root, has_keys: hasKeys, files },
    left_out: await leftOut(dir, target, hasKeys),
    signing_key_id: inForce.key_id,
  };
  const statement = Buffer.from(manifestStatement(unsigned));
  const signature = Buffer.from(await storage.ledger.sign(inForce.key_id, statement)).toString('base64');
  const manifest = { ...unsigned, signature };
  await writeDurably(join(staging, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** What of the folder is somebody else's to keep: secrets, packages of workers, copies of them. */
async function leftOut(dir: string, target: string, hasKeys: boolean): Promise<string[]> {
  const taken = new Set<string>([...DOCUMENTS, LAYOUT.archive, ...(hasKeys ? [KEYS] : [])]);
  const own = relative(resolve(dir), resolve(target)).split('/')[0];
  const isOther = (name: string) =>
    !taken.has(name) &&
    !name.startsWith(LAYOUT.store) &&
    !name.startsWith(LAYOUT.lastBackup) &&
    name !== own &&
    name !== `${basename(target)}.part`;
  return (await readdir(dir)).filter(isOther).sort();
}

/** For `wcp doctor`. The backup is there, whether this can be written or not. */
async function noteBackup(
  dir: string,
  place: string,
  { made_at, size, root }: BackupManifest,
): Promise<void> {
  const note = { made_at, size, root, place };
  await writeDurably(join(dir, LAYOUT.lastBackup), `${JSON.stringify(note, null, 2)}\n`).catch(() => {});
}

async function verify(staging: string, { files }: BackupManifest): Promise<void> {
  const findings = await wrongFiles(staging, files);
  if (findings.length > 0) throw new DeploymentError(findings);
}

async function writeText(dir: string, path: string, text: string): Promise<void> {
  await writeFile(join(dir, path), text, { mode: 0o600, flag: 'wx', flush: true });
}

function targetExists(): DeploymentError {
  const message =
    'There is something at this place already. A backup never replaces another: name a new folder.';
  return backupRefused('BACKUP_EXISTS', message);
}
