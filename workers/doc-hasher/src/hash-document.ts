import { sign } from 'node:crypto';
import { canonicalJson, type RunContext, sha256 } from '@wcp/worker-kit';
import type { Request, SignedHash } from './schema.ts';
import { signingKey } from './signing-key.ts';

/**
 * Hashes the UTF-8 of a text, or the canonical JSON of a document, and signs the hash as it is written.
 * Denies with `HASHER_KEY_UNUSABLE` when the configured key cannot be used.
 */
export function hashDocument({ text, document }: Request, { deny }: Pick<RunContext, 'deny'>) {
  const key = signingKey(process.env);
  if ('problem' in key) return deny('HASHER_KEY_UNUSABLE', key.problem);
  const hash = sha256(text ?? canonicalJson(document));
  return {
    sha256: hash,
    algorithm: 'ed25519',
    signature: sign(null, Buffer.from(hash), key.privateKey).toString('base64'),
    signing_key_id: key.id,
    public_key: key.publicKey,
    key: key.origin,
  } satisfies SignedHash;
}
