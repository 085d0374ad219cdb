import type { Finding } from '@wcp/spec';

/** Why a change of keys or issuers was refused. */
export type IdentityErrorCode = 'INVALID_BODY' | 'NOT_FOUND' | 'CONFLICT';

/** Thrown where keys or issuers cannot be changed as asked; carries nothing of what was given but paths. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  /** Everything that is wrong with the body; empty for the other codes. */
  readonly findings: readonly Finding[];

  constructor(code: IdentityErrorCode, message: string, findings: readonly Finding[] = []) {
    super(message);
    this.name = 'IdentityError';
    this.code = code;
    this.findings = findings;
  }
}
