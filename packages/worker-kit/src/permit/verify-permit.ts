import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { parseJson } from '@wcp/spec/json';
import type { WorkerCode } from '../worker-code.ts';
import { PERMIT_TYPE, type PermitClaims, readClaims } from './permit-claims.ts';

/** A code by which a permit is refused. */
export type PermitCode = Extract<WorkerCode, `WORKER_PERMIT_${string}`>;

/** What a permit says, or why it is none. */
export type PermitReading =
  | { readonly ok: true; readonly claims: PermitClaims }
  | { readonly ok: false; readonly code: PermitCode };

/** By what a permit is judged. */
export interface PermitTrust {
  /** The raw public keys of the Halls, 64 hexadecimal digits each. */
  readonly keys: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How far the clock of a Hall may be ahead of the worker's. An expiry has no such grace. */
const AHEAD_MS = 30_000;
const MAX_PERMIT_LENGTH = 8_192;

/**
 * Reads a permit, a compact JWS (RFC 7515) that a Hall made. The signature is checked as Ed25519 and as
 * nothing else, whatever the header says; never throws.
 *
 * @param permit what an attacker says it is
 */
export function verifyPermit(permit: unknown, { keys, now }: PermitTrust): PermitReading {
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

/** What a permit says, whoever signed it: for a worker that knows no Hall. */
export function readUnverified(permit: unknown): PermitClaims | null {
  const parts = readParts(permit);
  return parts === null ? null : readClaims(parts.payload);
}

/** The raw public keys in a list such as that of `WCP_HALL_PUBLIC_KEY`; null where one of them is none. */
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

/** The bytes of base64url as its one spelling has them, or null. */
function decodePart(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function readObject(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseJson(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** A header that asks for extensions asks for what this does not know. */
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

function refuse(code: PermitCode): PermitReading {
  return { ok: false, code };
}
