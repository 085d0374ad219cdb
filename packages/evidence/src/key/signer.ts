/**
 * What signs for a log: a {@link import('./signing-key.ts').SigningKey}, or a key that is held elsewhere and
 * answers later.
 *
 * @example
 * ```ts
 * import { generateSigningKey } from '@wcp/evidence';
 * import type { Signer } from '@wcp/evidence/key';
 *
 * const signer: Signer = generateSigningKey();
 * const signature = await signer.sign(Buffer.from('a statement'));
 * console.log(signature.length); // 64
 * ```
 */
export interface Signer {
  /** The `signing_key_id` (section 8). */
  readonly keyId: string;
  /** The raw public key, 64 lower-case hexadecimal digits. */
  readonly publicKey: string;
  /** The 64 bytes of the Ed25519 signature of bytes, or of the UTF-8 of a text. */
  sign(data: Uint8Array | string): Uint8Array | Promise<Uint8Array>;
}
