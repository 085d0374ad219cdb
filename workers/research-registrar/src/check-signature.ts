import { createPublicKey, hash, verify } from 'node:crypto';
import type { Registration } from './schema.ts';

type Signature = NonNullable<Registration['signature']>;

/** What stands before the 32 bytes of an Ed25519 key in its DER form. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Whether a signature is that of its key over the UTF-8 of a text, and the key id that of the key (WCP
 * section 8). All of it is the caller's word: it shows that one key signed, not whose key it is.
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
