import type { KeyChange } from '@wcp/spec/document';
import { encodeBase64 } from '../base/encoding.ts';
import type { Signer } from '../key/signer.ts';

/** Which key follows which, and where in which log. */
export interface KeyRotation {
  /** The name of the log. */
  readonly origin: string;
  /** The raw public key in force, 64 lower-case hexadecimal digits. */
  readonly old_key: string;
  /** The raw public key that follows it. */
  readonly new_key: string;
  /** The first position that the new key signs. */
  readonly from_position: number;
}

/**
 * The text that the new key of a rotation signs, which shows that somebody has it (section 8.7). It names both
 * keys, the position and the log, so that it serves for no other rotation.
 *
 * @example
 * ```ts
 * import { type KeyRotation, rotationText } from '@wcp/evidence/log';
 *
 * declare const rotation: KeyRotation;
 * console.log(rotationText(rotation).startsWith('wcp-log-key.v1')); // true
 * ```
 */
export function rotationText({ origin, old_key, new_key, from_position }: KeyRotation): string {
  return `wcp-log-key.v1\n${origin}\n${old_key}\n${new_key}\n${from_position}\n`;
}

/**
 * The statement of a receipt of kind `key` with which another key follows from the next position on
 * (section 8.7). The receipt itself is signed by the key in force.
 *
 * @param position the position of the receipt
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import { keyRotation } from '@wcp/evidence/log';
 *
 * const [current, next] = [generateSigningKey(), generateSigningKey()];
 * const change = await keyRotation({ origin: 'hall.example/log', current, next, position: 41 });
 * console.log(change.from_position); // 42
 * ```
 */
export async function keyRotation({
  origin,
  current,
  next,
  position,
}: {
  readonly origin: string;
  readonly current: Pick<Signer, 'publicKey'>;
  readonly next: Signer;
  readonly position: number;
}): Promise<KeyChange> {
  const from_position = position + 1;
  const [old_key, new_key] = [current.publicKey, next.publicKey];
  const proof = await next.sign(rotationText({ origin, old_key, new_key, from_position }));
  return {
    action: 'rotate',
    key_id: next.keyId,
    public_key: new_key,
    from_position,
    origin,
    proof: encodeBase64(proof),
  };
}

/**
 * The statement of a receipt of kind `key` that takes the trust from what a former key signed at `from_position`
 * and later (section 8.7).
 *
 * @example
 * ```ts
 * import { type KeyTerm, keyRevocation } from '@wcp/evidence/log';
 *
 * declare const stolen: KeyTerm;
 * console.log(keyRevocation(stolen, 300, 'hall.example/log').action); // 'revoke'
 * ```
 */
export function keyRevocation(
  { key_id, public_key }: Pick<KeyChange, 'key_id' | 'public_key'>,
  from_position: number,
  origin: string,
): KeyChange {
  return { action: 'revoke', key_id, public_key, from_position, origin, proof: null };
}
