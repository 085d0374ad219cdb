import { createPrivateKey, hkdfSync, randomBytes } from 'node:crypto';
import type { SigningKey } from '@wcp/evidence';
import { WcpError } from '@wcp/spec';

/** The secrets that vouch for the rows of a store, each 64 hexadecimal digits, and the name of all three. */
export interface StoreKey {
  readonly id: string;
  readonly row: string;
  readonly share: string;
  readonly seal: string;
}

const SECRETS = ['row', 'share', 'seal'] as const;
const LENGTH = 32;

/**
 * A new key of a store. It has nothing to do with the key of the log, so that one can change without the other.
 *
 * @example
 * import { generateStoreKey } from '@wcp/hall';
 *
 * const store_key = generateStoreKey();
 * console.log(JSON.stringify(store_key).length); // keep this text beside the key of the log, for nobody else to read
 */
export function generateStoreKey(): StoreKey {
  const [row, share, seal] = SECRETS.map(() => randomBytes(LENGTH).toString('hex')) as [
    string,
    string,
    string,
  ];
  return { id: `store:${randomBytes(8).toString('hex')}`, row, share, seal };
}

/**
 * The key of a store that has none of its own: derived from the key of the log with HKDF-SHA-256 (RFC 5869), salted
 * with the origin. The key of the log cannot be computed from it.
 */
export function deriveStoreKey(key: SigningKey, origin: string): StoreKey {
  const { d = '' } = createPrivateKey(key.exportPrivatePem()).export({ format: 'jwk' });
  const secret = Buffer.from(d, 'base64url');
  const [row, share, seal] = SECRETS.map((use) =>
    Buffer.from(hkdfSync('sha256', secret, origin, `wcp-store-${use}.v1`, LENGTH)).toString('hex'),
  ) as [string, string, string];
  return { id: key.keyId, row, share, seal };
}

/**
 * The key of a store from the JSON of it.
 *
 * @throws {WcpError} `ERR_WCP_KEY` for a text that is not a key of a store
 * @example
 * import { generateStoreKey, parseStoreKey } from '@wcp/hall';
 *
 * const store_key = generateStoreKey();
 * console.log(parseStoreKey(JSON.stringify(store_key)).id === store_key.id); // true
 */
export function parseStoreKey(text: string): StoreKey {
  try {
    const { id, row, share, seal } = Object(JSON.parse(text)) as Partial<StoreKey>;
    const secrets = [row, share, seal];
    if (typeof id === 'string' && secrets.every((each) => /^[0-9a-f]{64}$/.test(String(each)))) {
      return { id, row: String(row), share: String(share), seal: String(seal) };
    }
  } catch {
    // No cause: a parser's message may quote a text that holds a secret.
  }
  throw new WcpError('ERR_WCP_KEY', 'This is not the key of a store.');
}
