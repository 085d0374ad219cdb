import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/utf8.ts';
import type { WorkerCode } from '../base/worker-code.ts';
import { PERMIT_TYPE, type PermitClaims, readClaims } from './permit-claims.ts';

/** Why a permit is refused. */
export type PermitCode = Extract<WorkerCode, `WORKER_PERMIT_${string}`>;

/** The claims of a permit that holds, or why it doesn't. */
export type PermitVerification =
  | { readonly ok: true; readonly claims: PermitClaims }
  | { readonly ok: false; readonly code: PermitCode };

/** The keys and the time to verify a permit with. */
export interface PermitTrust {
  /** The raw public keys of the Halls, 64 hexadecimal digits each. */
  readonly keys: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A Hall's clock may be this far ahead of the worker's. An expiry has no such tolerance. */
const AHEAD_MS = 30_000;
const MAX_PERMIT_LENGTH = 8_192;

/**
 * Verifies a permit, a compact JWS (RFC 7515) made by a Hall (section 10). The signature is always checked as
 * Ed25519, whatever the header says. Takes any value and never throws.
 *
 * @param permit may come from an attacker
 * @example
 * ```ts
 * import { verifyPermit } from '@wcp/worker-kit';
 *
 * declare const permit: string;
 * declare const hallKey: string;
 * const result = verifyPermit(permit, { keys: [hallKey], now: Date.now() });
 * console.log(result.ok ? result.claims.capability_id : result.code);
 * ```
 */
export function verifyPermit(permit: unknown, { keys, now }: PermitTrust): PermitVerification {
  if (permit === undefined || permit === null || permit === '') return refuse('WORKER_PERMIT_MISSING');
  const parts = readParts(permit);
  if (parts === null || !hasType(parts.header)) return refuse('WORKER_PERMIT_MALFORMED');
  if (parts.header['alg'] !== 'EdDSA') return refuse('WORKER_PERMIT_ALGORITHM');
  const isSigned = keys.some((key) => isSignedBy(key, parts));
  if (!isSigned) return refuse('WORKER_PERMIT_SIGNATURE');
  const claims = readClaims(parts.payload);
  if (claims === null) return refuse('WORKER_PERMIT_MALFORMED');
  if (Math.max(claims.nbf, claims.iat) * 1000 > now + AHEAD_MS) return refuse('WORKER_PERMIT_NOT_YET');
  return claims.exp * 1000 <= now ? refuse('WORKER_PERMIT_EXPIRED') : { ok: true, claims };
}

/** The claims of a permit whoever signed it, for a worker that knows no Hall. */
export function readUnverified(permit: unknown): PermitClaims | null {
  const parts = readParts(permit);
  return parts === null ? null : readClaims(parts.payload);
}

/**
 * The raw public keys in a list such as `WCP_HALL_PUBLIC_KEY`; null where one of them is malformed.
 *
 * @example
 * ```ts
 * import { readHallKeys } from '@wcp/worker-kit/host';
 *
 * console.log(readHallKeys(process.env['WCP_HALL_PUBLIC_KEY'] ?? '')?.length ?? 'malformed');
 * ```
 */
export function readHallKeys(text: string): readonly string[] | null {
  const keys = text.split(',').map((key) => key.trim());
  if (keys.length === 1 && keys[0] === '') return [];
  return keys.every((key) => publicKey(key) !== null) ? keys : null;
}

interface Parts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

function readParts(permit: unknown): Parts | null {
  if (typeof permit !== 'string' || permit.length > MAX_PERMIT_LENGTH) return null;
  const [header, payload, signature, ...more] = permit.split('.').map(decodePart);
  if (!header || !payload || signature?.length !== 64 || more.length > 0) return null;
  const [readHeader, readPayload] = [readObject(header), readObject(payload)];
  if (readHeader === null || readPayload === null) return null;
  const signed = Buffer.from(permit.slice(0, permit.lastIndexOf('.')));
  return { header: readHeader, payload: readPayload, signed, signature };
}

/** The bytes of canonical base64url, or null. */
function decodePart(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function readObject(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const text = decodeUtf8(bytes);
    const value = text === null ? null : parseJson(text, FOREIGN_TEXT_LIMITS);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** A header with `crit` requires extensions, none of which are supported. */
function hasType(header: Readonly<Record<string, unknown>>): boolean {
  return header['typ'] === PERMIT_TYPE && !Object.hasOwn(header, 'crit');
}

const RAW_HEX = /^[0-9A-Fa-f]{64}$/;

function publicKey(hex: string): KeyObject | null {
  if (!RAW_HEX.test(hex)) return null;
  const x = Buffer.from(hex, 'hex').toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

function isSignedBy(hex: string, { signed, signature }: Parts): boolean {
  const key = publicKey(hex);
  try {
    return key !== null && verify(null, signed, key, signature);
  } catch {
    return false;
  }
}

function refuse(code: PermitCode): PermitVerification {
  return { ok: false, code };
}
