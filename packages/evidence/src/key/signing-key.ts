import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { WcpError } from '@wcp/spec/json';
import { keyIdOf } from './public-key.ts';

const SEED_HEX = /^[0-9A-Fa-f]{64}$/;
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * An Ed25519 key pair that shows only its public half: printing it, cloning it or writing it as JSON
 * reveals nothing of the secret, which leaves it through {@link SigningKey.exportPrivatePem} alone.
 *
 * @example
 * ```ts
 * import { generateSigningKey, type SigningKey } from '@wcp/evidence';
 *
 * const key: SigningKey = generateSigningKey();
 * console.log(key.sign('a statement').length); // 64
 * ```
 */
export class SigningKey {
  /** The `signing_key_id` (section 8). */
  readonly keyId: string;
  /** The raw public key, 64 lower-case hexadecimal digits. */
  readonly publicKey: string;
  readonly #privateKey: KeyObject;

  /** @throws {WcpError} `ERR_WCP_KEY` for a key that is not a private Ed25519 key */
  constructor(privateKey: KeyObject) {
    if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') throw notAKey();
    this.#privateKey = privateKey;
    this.publicKey = rawHexOf(createPublicKey(privateKey));
    this.keyId = keyIdOf(this.publicKey);
  }

  /** The 64 bytes of the Ed25519 signature of bytes, or of the UTF-8 of a text. */
  sign(data: Uint8Array | string): Buffer {
    return sign(null, typeof data === 'string' ? Buffer.from(data) : data, this.#privateKey);
  }

  /** The secret as PKCS #8 in PEM, for the one file that stores it. */
  exportPrivatePem(): string {
    return this.#privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  /** The public half as SPKI in PEM. */
  exportPublicPem(): string {
    return createPublicKey(this.#privateKey).export({ format: 'pem', type: 'spki' }).toString();
  }
}

/**
 * A new Ed25519 key from the system's randomness (section 8).
 *
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 *
 * const key = generateSigningKey();
 * console.log(key.keyId); // 'ed25519:' and 16 hexadecimal digits
 * ```
 */
export function generateSigningKey(): SigningKey {
  return new SigningKey(generateKeyPairSync('ed25519').privateKey);
}

/**
 * The key of a seed (RFC 8032): 64 hexadecimal digits in either case.
 *
 * @throws {WcpError} `ERR_WCP_KEY` for anything else
 * @example
 * ```ts
 * import { signingKeyFromSeed } from '@wcp/evidence/key';
 *
 * // The same key every time: for test vectors, never for a Hall.
 * console.log(signingKeyFromSeed('11'.repeat(32)).keyId);
 * ```
 */
export function signingKeyFromSeed(seedHex: string): SigningKey {
  if (typeof seedHex !== 'string' || !SEED_HEX.test(seedHex)) {
    throw new WcpError('ERR_WCP_KEY', 'A seed must be 64 hexadecimal digits.');
  }
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(seedHex, 'hex')]);
  return new SigningKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

/**
 * The key in a PKCS #8 PEM, as {@link SigningKey.exportPrivatePem} writes it.
 *
 * @throws {WcpError} `ERR_WCP_KEY` for a text that is not the PEM of a private Ed25519 key
 * @example
 * ```ts
 * import { generateSigningKey, signingKeyFromPem } from '@wcp/evidence';
 *
 * const key = generateSigningKey();
 * console.log(signingKeyFromPem(key.exportPrivatePem()).keyId === key.keyId); // true
 * ```
 */
export function signingKeyFromPem(pem: string): SigningKey {
  return new SigningKey(readPem(() => createPrivateKey({ key: pem, format: 'pem' })));
}

/**
 * The raw public key, 64 lower-case hexadecimal digits, in an SPKI PEM.
 *
 * @throws {WcpError} `ERR_WCP_KEY`, also for a PEM that holds a private key
 * @example
 * ```ts
 * import { generateSigningKey, publicKeyFromPem } from '@wcp/evidence';
 *
 * const key = generateSigningKey();
 * console.log(publicKeyFromPem(key.exportPublicPem()) === key.publicKey); // true
 * ```
 */
export function publicKeyFromPem(pem: string): string {
  if (typeof pem !== 'string' || pem.includes('PRIVATE')) throw notAKey();
  const key = readPem(() => createPublicKey({ key: pem, format: 'pem' }));
  if (key.asymmetricKeyType !== 'ed25519') throw notAKey();
  return rawHexOf(key);
}

function readPem(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    // No cause: a parser's message may quote a text that holds a secret.
    throw notAKey();
  }
}

function notAKey(): WcpError {
  return new WcpError('ERR_WCP_KEY', 'This is not an Ed25519 key of the expected kind.');
}

function rawHexOf(publicKey: KeyObject): string {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
}
