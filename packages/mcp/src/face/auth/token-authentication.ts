import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Caller } from '../../base/gateway.ts';
import {
  type Authenticate,
  type Authentication,
  insufficient,
  invalidToken,
  NO_CREDENTIAL,
  readBearer,
  UNAVAILABLE,
} from './authentication.ts';

/** A tenant that callers with an access token may act for. */
export interface TokenTenant {
  /** The scope that makes a caller one of this tenant. */
  readonly scope: string;
  readonly tenant_id: string;
  /** The tenant's key of the Hall, with which its calls are dispatched: access tokens go no further than this face. */
  readonly credential: string;
}

/** The resource server that a face is (OAuth 2.1, RFC 9728, RFC 8707). */
export interface TokenAuthenticationOptions {
  /** The issuer that the operator names: `iss` of every token, letter by letter. */
  readonly issuer: string;
  /** The URL of this face: `aud` of every token. */
  readonly resource: string;
  /** Where the issuer publishes its keys: https, or http on this machine. */
  readonly jwks_url: string;
  /** The algorithms of its signatures (default: those with keys of two halves that are in use). */
  readonly algorithms?: readonly string[];
  /** Scopes that every token must have beside that of its tenant. */
  readonly scopes?: readonly string[];
  readonly tenants: readonly TokenTenant[];
  /** The time; for tests. */
  readonly now?: () => Date;
}

/** Never one with a shared secret, and never `none`. */
const ALGORITHMS: readonly string[] = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
];
const CLOCK_TOLERANCE_S = 5;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Authenticates by access tokens: JWTs of one issuer, for this very resource, in time, signed with an allowed
 * algorithm. Scopes say which tenant a caller acts for.
 *
 * @throws {TypeError} for options that would let anything else pass
 * @example
 * import { authenticateByToken } from '@wcp/mcp';
 *
 * const authenticate = authenticateByToken({
 *   issuer: 'https://login.example.com',
 *   resource: 'https://tools.example.com/mcp',
 *   jwks_url: 'https://login.example.com/jwks',
 *   tenants: [{ scope: 'tenant:acme', tenant_id: 'acme', credential: process.env['ACME_KEY'] ?? '' }],
 * });
 * console.log((await authenticate(undefined)).ok); // false
 */
export function authenticateByToken(options: TokenAuthenticationOptions): Authenticate {
  const { issuer, resource, algorithms = ALGORITHMS, now = () => new Date() } = options;
  checkOptions(options, algorithms);
  const keys = createRemoteJWKSet(new URL(options.jwks_url), { timeoutDuration: 5_000 });
  return async (authorization) => {
    if (authorization === undefined) return NO_CREDENTIAL;
    const token = readBearer(authorization);
    if (token === null) return invalidToken('The header is not a bearer token.');
    const verified = await verify(token, keys, {
      issuer,
      audience: resource,
      algorithms: [...algorithms],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: now(),
    });
    return 'ok' in verified ? verified : callerOf(verified.payload, options);
  };
}

async function verify(
  token: string,
  keys: JWTVerifyGetKey,
  demands: Parameters<typeof jwtVerify>[2],
): Promise<Authentication | { readonly payload: JWTPayload }> {
  try {
    const { payload } = await jwtVerify(token, keys, demands);
    return { payload };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return invalidToken('The access token has expired.');
    // What is wrong with a token is said by its own errors; any other means that the keys could not be read.
    const isOfToken =
      error instanceof errors.JOSEError &&
      !(error instanceof errors.JWKSTimeout) &&
      error.code !== errors.JOSEError.code &&
      !(error instanceof errors.JWKSInvalid);
    return isOfToken ? invalidToken('The access token does not hold for this resource.') : UNAVAILABLE;
  }
}

function callerOf(
  payload: JWTPayload,
  { issuer, scopes = [], tenants }: TokenAuthenticationOptions,
): Authentication {
  const granted = scopesOf(payload);
  if (typeof payload.sub !== 'string' || payload.sub === '')
    return invalidToken('The access token names nobody.');
  const missing = scopes.filter((scope) => !granted.has(scope));
  if (missing.length > 0) return insufficient('The access token lacks a scope that this resource needs.');
  const [tenant, ...more] = tenants.filter(({ scope }) => granted.has(scope));
  if (tenant === undefined) return insufficient('The access token has no scope of a tenant.');
  if (more.length > 0)
    return insufficient('The access token has scopes of several tenants; ask for one of them.');
  const { tenant_id, credential } = tenant;
  const key_id = `jwt:${issuer.replaceAll(':', '%3A')}:${payload.sub}`;
  return { ok: true, caller: { tenant_id, credential, key_id } satisfies Caller };
}

/** The scopes of a token: `scope`, words in one text (RFC 9068), or `scp`, a list, as some issuers write it. */
function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<string> {
  if (typeof scope === 'string') return new Set(scope.split(' '));
  return new Set(Array.isArray(scp) ? scp.filter((each) => typeof each === 'string') : []);
}

function checkOptions(
  { issuer, resource, jwks_url, tenants }: TokenAuthenticationOptions,
  algorithms: readonly string[],
): void {
  const refused = algorithms.filter((algorithm) => !ALGORITHMS.includes(algorithm));
  if (algorithms.length === 0 || refused.length > 0) {
    throw new TypeError(`The algorithms must be some of ${ALGORITHMS.join(', ')}.`);
  }
  for (const url of [issuer, resource, jwks_url]) {
    if (!isSafeUrl(url))
      throw new TypeError('Issuer, resource and keys are URLs with https, or http on this machine.');
  }
  if (
    tenants.length === 0 ||
    tenants.some(({ scope, tenant_id, credential }) => !(scope && tenant_id && credential))
  ) {
    throw new TypeError('Each tenant needs a scope, an id and a key of the Hall.');
  }
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  return hash === '' && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname)));
}
