import { type KeyObject, verify } from 'node:crypto';
import { decodeBase64 } from '../base/encoding.ts';
import { readPublicKey } from './public-key.ts';

/**
 * Whether a text was signed with an Ed25519 key: for statements other than receipts and manifests, such
 * as that of an enrolment. False for a malformed key or signature; never throws.
 *
 * @param publicKey the raw public key, 64 hexadecimal digits
 * @param text its UTF-8 is what was signed
 * @param signature canonical base64
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import { isSignedBy } from '@wcp/evidence/key';
 *
 * const key = generateSigningKey();
 * const signature = key.sign('a statement').toString('base64');
 * console.log(isSignedBy(key.publicKey, 'a statement', signature)); // true
 * ```
 */
export function isSignedBy(publicKey: unknown, text: string, signature: unknown): boolean {
  const key = readPublicKey(publicKey);
  const bytes = decodeBase64(signature);
  return key !== null && bytes !== null && isSignatureOf(key, Buffer.from(text), bytes);
}

/** Whether an Ed25519 signature of `data` is the key's; never throws. */
export function isSignatureOf(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, data, key, signature);
  } catch {
    return false;
  }
}
