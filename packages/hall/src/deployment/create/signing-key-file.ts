import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import { DeploymentError, unusableFile } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { makePrivateFile } from './private-file.ts';

/** The key of a folder, and whether it was created just now. */
export interface DeploymentKey {
  readonly key: SigningKey;
  readonly isNew: boolean;
}

/** Whether the store of a Hall has anything in it. */
export type EvidenceQuestion = () => Promise<boolean>;

/** A key is a few lines, in bytes. */
const MAX_KEY_LENGTH = 65_536;

/**
 * Opens the key of the Hall of a folder; creates it where there is neither a key nor evidence.
 *
 * @throws {DeploymentError} where it is not a key, or where there is evidence without its key
 */
export async function openSigningKey(dir: string, hasEvidence: EvidenceQuestion): Promise<DeploymentKey> {
  const key = await readSigningKey(dir, hasEvidence);
  return key === null ? { key: await makeSigningKey(dir, LAYOUT.key), isNew: true } : { key, isNew: false };
}

/**
 * The key of the Hall of a folder; null where there is neither a key nor evidence. Nothing is written.
 *
 * @throws {DeploymentError} where it is not a key, or where there is evidence without its key
 */
export async function readSigningKey(dir: string, hasEvidence: EvidenceQuestion): Promise<SigningKey | null> {
  const key = await readNamedKey(dir, LAYOUT.key);
  if (key !== null) return key;
  if (await hasEvidence()) throw keyMissing();
  return null;
}

/** The key in a file of the folder; null where there is no such file. @throws {DeploymentError} where it is no key */
export async function readNamedKey(dir: string, name: string): Promise<SigningKey | null> {
  const pem = await readPrivateText(dir, name);
  if (pem === null) return null;
  try {
    return signingKeyFromPem(pem);
  } catch (cause) {
    const message = 'This is not an Ed25519 private key in PEM. Restore the keys of this Hall from a backup.';
    throw new DeploymentError([{ file: name, path: null, code: 'KEY_INVALID', message }], { cause });
  }
}

/** A new key in a file of the folder. @throws {DeploymentError} */
export async function makeSigningKey(dir: string, name: string): Promise<SigningKey> {
  const key = generateSigningKey();
  await makePrivateFile(dir, name, key.exportPrivatePem());
  return key;
}

/** The text of a small file of the folder; null where there is none. @throws {DeploymentError} */
export async function readPrivateText(dir: string, name: string): Promise<string | null> {
  try {
    return (await readRegularFile(join(dir, name), MAX_KEY_LENGTH, { followsLinks: true })).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusableFile(name, error);
  }
}

/** Whether there is a file. */
export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function keyMissing(): DeploymentError {
  const message =
    'There is evidence in the store of this Hall, but the key that signed it is missing. Restore the key from a backup, or choose another folder.';
  return new DeploymentError([{ file: LAYOUT.key, path: null, code: 'KEY_MISSING', message }]);
}
