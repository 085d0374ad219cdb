import { createPublicKey, hash, verify } from 'node:crypto';
import type { Registration } from './schema.ts';

type Signature = NonNullable<Registration['signature']>;

/** The DER prefix of the 32 bytes of an Ed25519 public key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Whether a signature is valid for its key and the UTF-8 of a text, and the key id is that of the key (WCP
 * section 8). The caller chose the key: a valid signature does not say whose key it is.
 */
export function isSigned(text: string, { signing_key_id, public_key, signature }: Signature): boolean {
  const raw = Buffer.from(public_key, 'hex');
  if (signing_key_id !== `ed25519:${hash('sha256', raw, 'hex').slice(0, 16)}`) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
