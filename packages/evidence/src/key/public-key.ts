import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { WcpError } from '@wcp/spec/json';

const RAW_HEX = /^[0-9A-Fa-f]{64}$/;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * The encodings of the points of small order, sign bit apart. Under such a key a signature made without
 * any secret fits many messages. OpenSSL 3.0 accepts it, 3.5 does not: whether evidence holds must not
 * depend on the runtime.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  `00${'00'.repeat(31)}`,
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

/**
 * The `signing_key_id` of an Ed25519 key (section 8): `ed25519:` and the first 16 hexadecimal digits of
 * the SHA-256 of the raw public key.
 *
 * @param publicKey the raw public key, 64 hexadecimal digits
 * @throws {WcpError} `ERR_WCP_KEY` for anything else
 * @example
 * ```ts
 * import { generateSigningKey, keyIdOf } from '@wcp/evidence';
 *
 * const key = generateSigningKey();
 * console.log(keyIdOf(key.publicKey) === key.keyId); // true
 * ```
 */
export function keyIdOf(publicKey: string): string {
  const raw = rawPublicKey(publicKey);
  if (raw === null) throw new WcpError('ERR_WCP_KEY', 'A public key must be 64 hexadecimal digits.');
  return `ed25519:${hash('sha256', raw, 'hex').slice(0, 16)}`;
}

/** The 32 bytes of a public key in hexadecimal digits of either case, or null. */
export function rawPublicKey(publicKey: unknown): Buffer | null {
  return typeof publicKey === 'string' && RAW_HEX.test(publicKey) ? Buffer.from(publicKey, 'hex') : null;
}

/** A public key to verify with, or null where there is none; never throws. */
export function readPublicKey(publicKey: unknown): KeyObject | null {
  const raw = rawPublicKey(publicKey);
  if (raw === null || isSmallOrder(raw)) return null;
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function isSmallOrder(raw: Buffer): boolean {
  const unsigned = Buffer.from(raw);
  unsigned.writeUInt8(unsigned.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(unsigned.toString('hex'));
}
