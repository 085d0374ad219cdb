import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** An Ed25519 signing key, with its public key and id. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** The raw public key, 64 hexadecimal digits. */
  readonly publicKey: string;
  /** `ed25519:` and the first 16 hexadecimal digits of the SHA-256 of the raw public key (section 8). */
  readonly id: string;
  readonly origin: 'configured' | 'ephemeral';
}

/** Why there is no key, in a sentence that reveals nothing of the key or the machine. */
export interface UnusableKey {
  readonly problem: string;
}

/**
 * The key of the environment: a PKCS8 PEM in `WCP_HASHER_KEY`, or its file in `WCP_HASHER_KEY_FILE`.
 * When neither is set, the key of this process. A key that is set but unusable is never ignored.
 */
export function signingKey(environment: NodeJS.ProcessEnv): SigningKey | UnusableKey {
  const { WCP_HASHER_KEY: pem, WCP_HASHER_KEY_FILE: path } = environment;
  if (pem !== undefined && path !== undefined) {
    return { problem: 'Set WCP_HASHER_KEY or WCP_HASHER_KEY_FILE, not both.' };
  }
  if (pem !== undefined) return configuredKey(pem, 'WCP_HASHER_KEY');
  if (path === undefined) return ephemeralKey();
  const text = readText(path);
  if (text === null) return { problem: UNREADABLE };
  return configuredKey(text, 'The file in WCP_HASHER_KEY_FILE');
}

/** A contained worker sees no file of the machine. */
const UNREADABLE =
  'The file in WCP_HASHER_KEY_FILE cannot be read. A contained worker gets its key as the secret WCP_HASHER_KEY of server.json.';

let ownKey: SigningKey | undefined;

function ephemeralKey(): SigningKey {
  ownKey ??= describe(generateKeyPairSync('ed25519').privateKey, 'ephemeral');
  return ownKey;
}

/** A PEM may be on one line with `\n` written out, as in env files. */
function configuredKey(pem: string, source: string): SigningKey | UnusableKey {
  const problem = `${source} does not hold the PEM of an unencrypted Ed25519 private key in PKCS8.`;
  try {
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    return key.asymmetricKeyType === 'ed25519' ? describe(key, 'configured') : { problem };
  } catch {
    return { problem };
  }
}

function describe(privateKey: KeyObject, origin: SigningKey['origin']): SigningKey {
  const raw = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url');
  const id = `ed25519:${hash('sha256', raw, 'hex').slice(0, 16)}`;
  return { privateKey, publicKey: raw.toString('hex'), id, origin };
}

/** A key is a few lines, in bytes. */
const MAX_LENGTH = 65_536;

/** Null for what is not a file: reading a pipe or a device could wait for ever. */
function readText(path: string): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    return stat.isFile() && stat.size <= MAX_LENGTH ? readFileSync(file, 'utf8') : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
