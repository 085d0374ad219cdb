import { decodeBase64 } from '../base64.ts';
import { isSignedBy, readPublicKey } from './public-key.ts';

/**
 * Whether a text was signed with an Ed25519 key: for statements beside receipts and manifests, such as
 * that of an enrolment. False for whatever is no key or no signature; never throws.
 *
 * @param publicKey the raw public key, 64 hexadecimal digits
 * @param text its UTF-8 is what was signed
 * @param signature canonical base64
 * @example verifySignature(key.publicKey, statement, key.sign(statement).toString('base64')) // true
 */
export function verifySignature(publicKey: unknown, text: string, signature: unknown): boolean {
  const key = readPublicKey(publicKey);
  const bytes = decodeBase64(signature);
  return key !== null && bytes !== null && isSignedBy(key, Buffer.from(text), bytes);
}
