import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { artifactHash, canonicalJson, type WorkerContext } from '@wcp/spec';
import { contextClaims, PERMIT_TYPE, type PermitClaims } from '../../src/index.ts';

/** An Ed25519 key of a fixed seed. */
function keyOf(digit: string) {
  const der = Buffer.from(`302e020100300506032b657004220420${digit.repeat(64)}`, 'hex');
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { secret, publicKey: raw.toString('hex') };
}

export const HALL = keyOf('1');
export const STRANGER = keyOf('2');

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What a Hall says of a call, issued now and good for a minute. */
export function claimsFor(
  context: WorkerContext,
  request: unknown,
  claims: Partial<Record<keyof PermitClaims, unknown>> = {},
): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'hall.test/log',
    ...contextClaims(context, canonicalJson(context)),
    request_hash: artifactHash(request),
    iat: now,
    nbf: now,
    exp: now + 60,
    ...claims,
  };
}

export const HEADER = { alg: 'EdDSA', typ: PERMIT_TYPE };

/** Signs claims as a Hall does. */
export function signPermit(claims: object, { header = HEADER as object, key = HALL } = {}): string {
  return signBytes(Buffer.from(JSON.stringify(claims)), { header, key });
}

/** Signs bytes as if they were claims. */
export function signBytes(payload: Buffer, { header = HEADER as object, key = HALL } = {}): string {
  const signed = `${encode(header)}.${payload.toString('base64url')}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.secret).toString('base64url')}`;
}

/** The permit for a call. */
export function permitFor(
  context: WorkerContext,
  request: unknown,
  claims: Partial<Record<keyof PermitClaims, unknown>> = {},
): string {
  return signPermit(claimsFor(context, request, claims));
}
