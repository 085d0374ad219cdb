import type { Principal } from './principal.ts';

/** Why a key or a credential does not hold: for the log and for facts, never with anything of its text. */
export type AuthenticationFailure =
  | 'HEADER_MALFORMED'
  | 'KEY_MALFORMED'
  | 'KEY_UNKNOWN'
  | 'KEY_REVOKED'
  | 'KEY_EXPIRED'
  | 'TOKEN_MALFORMED'
  | 'TYPE_NOT_ALLOWED'
  | 'ALGORITHM_NOT_ALLOWED'
  | 'ISSUER_UNKNOWN'
  | 'SIGNING_KEY_UNKNOWN'
  | 'SIGNATURE_INVALID'
  | 'AUDIENCE_MISMATCH'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'LIFETIME_TOO_LONG'
  | 'CLAIM_MISSING'
  | 'CLAIM_INVALID'
  | 'ROLE_NOT_GRANTED'
  | 'TENANT_MISMATCH'
  | 'AUTHORITY_MISMATCH';

/** A failed authentication, for the log. */
export interface FailedAuthentication {
  readonly reason: AuthenticationFailure;
  /** The configured key (`key:<id>`) or issuer (`jwt:<issuer>`) that was named; null for an unknown one. */
  readonly source: string | null;
}

/** A principal, or why there is none. */
export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | ({ readonly ok: false } & FailedAuthentication);

/** An authentication that failed. */
export function failed(
  reason: AuthenticationFailure,
  source: string | null = null,
): { readonly ok: false } & FailedAuthentication {
  return { ok: false, reason, source };
}
