import type { Principal } from './principal.ts';

/** Why a key or a credential was refused: for the log and for facts, never with anything of the text. */
export type RefusalReason =
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

/** A refusal, for the log. */
export interface ProblemError {
  readonly reason: RefusalReason;
  /** The configured key (`key:<id>`) or issuer (`jwt:<issuer>`) that was named; null for an unknown one. */
  readonly source: string | null;
}

/** Somebody, or why nobody. */
export type Recognition =
  | { readonly ok: true; readonly principal: Principal }
  | ({ readonly ok: false } & ProblemError);

/** A recognition that failed. */
export function refused(
  reason: RefusalReason,
  source: string | null = null,
): { readonly ok: false } & ProblemError {
  return { ok: false, reason, source };
}
