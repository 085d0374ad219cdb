import type { Caller } from '../../base/gateway.ts';

/** What came of an `Authorization` header. */
export type Authentication = { readonly ok: true; readonly caller: Caller } | AuthenticationFailure;

/** Why nobody was authenticated. */
export interface AuthenticationFailure {
  readonly ok: false;
  /** 401: no valid credential; 403: a valid one that does not suffice; 503: it cannot be checked now. */
  readonly status: 401 | 403 | 503;
  /** The error of RFC 6750; null where no credential was sent. */
  readonly error: 'invalid_token' | 'insufficient_scope' | null;
  /** One plain sentence that repeats nothing of the header. */
  readonly description: string;
}

/** Says who sends a request, by its `Authorization` header, which is an attacker's. Never rejects. */
export type Authenticate = (authorization: string | undefined) => Promise<Authentication>;

const MAX_TOKEN = 16_384;
const BEARER = /^bearer +([\x21-\x7e]+)$/i;

/** The bearer token of a header; null for any other header. */
export function readBearer(authorization: string): string | null {
  return authorization.length > MAX_TOKEN ? null : (BEARER.exec(authorization)?.[1] ?? null);
}

/** Nobody, because of a credential that does not hold. */
export function invalidToken(description: string): AuthenticationFailure {
  return { ok: false, status: 401, error: 'invalid_token', description };
}

/** Somebody who may not do this. */
export function insufficient(description: string): AuthenticationFailure {
  return { ok: false, status: 403, error: 'insufficient_scope', description };
}

/** Nobody: no credential was sent. */
export const NO_CREDENTIAL: AuthenticationFailure = {
  ok: false,
  status: 401,
  error: null,
  description: 'Send a valid key or access token: `Authorization: Bearer …`.',
};

/** It cannot be known now, so it is nobody. */
export const UNAVAILABLE: AuthenticationFailure = {
  ok: false,
  status: 503,
  error: null,
  description: 'The credential cannot be checked at the moment. Try again.',
};
