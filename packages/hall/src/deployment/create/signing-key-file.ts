import { chmod, link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateSigningKey, type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import { DeploymentError, unusableFile } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';

/** The key of a folder, and whether it was created just now. */
export interface DeploymentKey {
  readonly key: SigningKey;
  readonly isNew: boolean;
}

const OWNER_ONLY = 0o600;
/** A key is a few lines, in bytes. */
const MAX_KEY_LENGTH = 65_536;

/**
 * Opens the key that signs the evidence of a folder; creates it where there is neither a key nor evidence.
 *
 * @throws {DeploymentError} where it is not a key, or where there is evidence without its key
 */
export async function openSigningKey(dir: string): Promise<DeploymentKey> {
  const key = await readSigningKey(dir);
  return key === null ? { key: await makeKey(join(dir, LAYOUT.key)), isNew: true } : { key, isNew: false };
}

/**
 * The key that signs the evidence of a folder; null where there is neither a key nor evidence. Nothing is written.
 *
 * @throws {DeploymentError} where it is not a key, or where there is evidence without its key
 */
export async function readSigningKey(dir: string): Promise<SigningKey | null> {
  const pem = await readKey(join(dir, LAYOUT.key));
  if (pem !== null) return parseKey(pem);
  if (await exists(join(dir, LAYOUT.store))) throw keyMissing();
  return null;
}

async function readKey(file: string): Promise<string | null> {
  try {
    return (await readRegularFile(file, MAX_KEY_LENGTH, { followsLinks: true })).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusableFile(LAYOUT.key, error);
  }
}

function parseKey(pem: string): SigningKey {
  try {
    return signingKeyFromPem(pem);
  } catch (cause) {
    const message = 'This is not an Ed25519 private key in PEM. Restore the key of this Hall from a backup.';
    throw new DeploymentError([{ file: LAYOUT.key, path: null, code: 'KEY_INVALID', message }], { cause });
  }
}

/** Complete or not at all, on disk before it is used, and never over another key. */
async function makeKey(file: string): Promise<SigningKey> {
  const key = generateSigningKey();
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', OWNER_ONLY);
    try {
      await handle.writeFile(key.exportPrivatePem());
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, OWNER_ONLY);
    await link(temporary, file);
  } catch (error) {
    throw unusableFile(LAYOUT.key, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
  return key;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function keyMissing(): DeploymentError {
  const message = `There is evidence (${LAYOUT.store}), but the key that signed it is missing. Restore the key from a backup, or choose another folder.`;
  return new DeploymentError([{ file: LAYOUT.key, path: null, code: 'KEY_MISSING', message }]);
}
