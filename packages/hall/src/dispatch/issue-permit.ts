import type { SigningKey } from '@wcp/evidence';
import { canonicalJson, type Sha256, type WorkerContext } from '@wcp/spec';
import { contextClaims, PERMIT_TYPE, type PermitClaims } from '@wcp/worker-kit';

/** What a permit is made of. */
export interface PermitGrant {
  /** The origin of the Hall's log. */
  readonly issuer: string;
  /** The context of the call, exactly as the worker will get it. */
  readonly context: WorkerContext;
  /** The `artifact_hash` of the request. */
  readonly request_hash: Sha256;
  /** Milliseconds since 1970. */
  readonly issued_at: number;
  /** Milliseconds since 1970; the permit is good until the end of that second. */
  readonly expires_at: number;
  /** Which attempt at the call it is for: 0 for the first, and each is good once. */
  readonly attempt?: number;
  /** The W3C `traceparent` of the call: what the worker does is part of that trace. */
  readonly traceparent?: string | undefined;
  /** Where a worker over HTTP asks for chained dispatches with it. */
  readonly dispatch_url?: string;
}

/**
 * A permit: the Hall's word that one worker may run one request in one context, once; a compact JWS
 * (RFC 7515) with EdDSA. `verifyPermit` of the worker kit reads it.
 *
 * @example
 * import { generateSigningKey } from '@wcp/evidence';
 * import { issuePermit } from '@wcp/hall';
 * import { artifactHash, type WorkerContext } from '@wcp/spec';
 *
 * declare const context: WorkerContext;
 * const now = Date.now();
 * const permit = issuePermit(generateSigningKey(), {
 *   issuer: 'hall.example/wcp',
 *   context,
 *   request_hash: artifactHash({ text: 'hello' }),
 *   issued_at: now,
 *   expires_at: now + 60_000,
 * });
 */
export function issuePermit(key: SigningKey, grant: PermitGrant): string {
  const header = { alg: 'EdDSA', typ: PERMIT_TYPE, kid: key.keyId };
  const signed = `${encode(header)}.${encode(claimsOf(grant))}`;
  return `${signed}.${key.sign(signed).toString('base64url')}`;
}

function claimsOf(grant: PermitGrant): PermitClaims {
  const {
    issuer,
    context,
    request_hash,
    issued_at,
    expires_at,
    attempt = 0,
    traceparent,
    dispatch_url,
  } = grant;
  const issued = Math.floor(issued_at / 1000);
  return {
    iss: issuer,
    ...contextClaims(context, canonicalJson(context)),
    request_hash,
    iat: issued,
    nbf: issued,
    exp: Math.ceil(expires_at / 1000),
    ...(attempt > 0 && { attempt }),
    ...(traceparent !== undefined && { traceparent }),
    ...(dispatch_url !== undefined && { dispatch_url }),
  };
}

function encode(value: object): string {
  return Buffer.from(canonicalJson(value)).toString('base64url');
}
