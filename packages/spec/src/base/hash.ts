import { hash } from 'node:crypto';

/** A SHA-256 as the wire writes it: `sha256:` and 64 lower-case hexadecimal digits (R8). */
export type Sha256 = `sha256:${string}`;

/**
 * SHA-256 of bytes, or of the UTF-8 of a text (section 4.2).
 *
 * @example
 * import { sha256 } from '@wcp/spec';
 *
 * sha256('abc'); // 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
 */
export function sha256(data: string | Uint8Array): Sha256 {
  return `sha256:${hash('sha256', data, 'hex')}`;
}

const WRITTEN = /^sha256:[0-9a-f]{64}$/;
const BARE = /^[0-9a-f]{64}$/;

/**
 * The canonical form of a hash: a bare one gets its prefix; null for what is not a hash (R8).
 *
 * @example
 * import { normaliseHash } from '@wcp/spec/json';
 *
 * normaliseHash('a'.repeat(64)); // `sha256:${'a'.repeat(64)}`
 * normaliseHash('md5:abc'); // null
 */
export function normaliseHash(value: unknown): Sha256 | null {
  if (typeof value !== 'string') return null;
  if (WRITTEN.test(value)) return value as Sha256;
  return BARE.test(value) ? `sha256:${value}` : null;
}
