import { join } from 'node:path';
import type { SigningKey } from '@wcp/evidence';
import type { KeyFiles } from '../../storage/keys/hall-keys.ts';
import {
  deriveStoreKey,
  generateStoreKey,
  parseStoreKey,
  type StoreKey,
} from '../../storage/seal/store-key.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { makePrivateFile, replacePrivateFile } from './private-file.ts';
import {
  type EvidenceQuestion,
  exists,
  makeSigningKey,
  openSigningKey,
  readNamedKey,
  readPrivateText,
  readSigningKey,
} from './signing-key-file.ts';

/** The keys in the folder of a Hall. */
export interface FolderKeys {
  readonly key: SigningKey;
  readonly isNew: boolean;
  /** The key that follows, where it was made already. */
  readonly next: SigningKey | null;
  readonly store_key: StoreKey;
  /** Whether the store key has a file; it gets one once it has opened the store. */
  readonly isStoreKeyKept: boolean;
}

/**
 * Opens the keys of a folder; creates them where there are neither keys nor evidence.
 *
 * @throws {DeploymentError} where one cannot be read, or is missing
 */
export async function openKeyFolder(
  dir: string,
  origin: string,
  hasEvidence: EvidenceQuestion = inFile(dir),
): Promise<FolderKeys> {
  const { key, isNew } = await openSigningKey(dir, hasEvidence);
  const keys = await readOthers(dir, origin, key);
  if (!keys.isStoreKeyKept && !(await hasEvidence())) {
    const store_key = generateStoreKey();
    await keepStoreKey(dir, store_key);
    return { ...keys, isNew, store_key, isStoreKeyKept: true };
  }
  return { ...keys, isNew };
}

/**
 * The keys of a folder; null where there are neither keys nor evidence. Nothing is written.
 *
 * @throws {DeploymentError} where one cannot be read, or is missing
 */
export async function readKeyFolder(
  dir: string,
  origin: string,
  hasEvidence: EvidenceQuestion = inFile(dir),
): Promise<FolderKeys | null> {
  const key = await readSigningKey(dir, hasEvidence);
  return key === null ? null : { ...(await readOthers(dir, origin, key)), isNew: false };
}

function inFile(dir: string): EvidenceQuestion {
  return () => exists(join(dir, LAYOUT.store));
}

/** Stores of earlier versions were sealed with a key that is derived from that of the log. */
async function readOthers(dir: string, origin: string, key: SigningKey): Promise<Omit<FolderKeys, 'isNew'>> {
  const next = await readNamedKey(dir, LAYOUT.nextKey);
  const kept = await readStoreKey(dir);
  return { key, next, store_key: kept ?? deriveStoreKey(key, origin), isStoreKeyKept: kept !== null };
}

/** Writes the key of a store that it has opened. @throws {DeploymentError} */
export async function keepStoreKey(dir: string, key: StoreKey): Promise<void> {
  await makePrivateFile(dir, LAYOUT.storeKey, `${JSON.stringify(key, null, 2)}\n`);
}

/** Where the next key of a folder is made and put in force. */
export function keyFilesOf(dir: string): KeyFiles {
  return {
    prepare: async () =>
      (await readNamedKey(dir, LAYOUT.nextKey)) ?? (await makeSigningKey(dir, LAYOUT.nextKey)),
    complete: () => replacePrivateFile(dir, LAYOUT.nextKey, LAYOUT.key),
  };
}

async function readStoreKey(dir: string): Promise<StoreKey | null> {
  const text = await readPrivateText(dir, LAYOUT.storeKey);
  if (text === null) return null;
  try {
    return parseStoreKey(text);
  } catch (cause) {
    const message = 'This is not the key of a store. Restore the keys of this Hall from a backup.';
    const finding = { file: LAYOUT.storeKey, path: null, code: 'KEY_INVALID', message };
    throw new DeploymentError([finding], { cause });
  }
}
