import { createPublicKey, verify } from 'node:crypto';

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Whether this runtime itself refuses a key of small order, under which a signature needs no secret: OpenSSL 3.5
 * does, 3.0 does not. Where it does, no case can show that the evidence refuses such a key too.
 */
export function refusesSmallOrder(): boolean {
  const neutral = Buffer.alloc(32);
  neutral[0] = 1;
  const signature = Buffer.concat([neutral, Buffer.alloc(32)]);
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, neutral]), format: 'der', type: 'spki' });
    return !verify(null, Buffer.from('any text'), key, signature);
  } catch {
    return true;
  }
}
