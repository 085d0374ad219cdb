import type { DenyCode, Finding } from '@wcp/spec';

/** Why a Hall does not do what it was asked: each code with the HTTP status that it has. */
export const PROBLEMS = {
  INVALID_BODY: 400,
  INVALID_QUERY: 400,
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  PERMIT_UNKNOWN: 401,
  FORBIDDEN: 403,
  TENANT_MISMATCH: 403,
  OPEN_HALL_DEV_ONLY: 403,
  APPROVAL_SELF: 403,
  ENROLMENT_UNSIGNED: 403,
  ENROLMENT_SIGNATURE_INVALID: 403,
  ENROLMENT_OUTDATED: 409,
  BAN_LIST_KEY_UNKNOWN: 403,
  BAN_LIST_SIGNATURE_INVALID: 403,
  BAN_LIST_FROM_FUTURE: 409,
  BAN_LIST_ROLLED_BACK: 409,
  BAN_LIST_STALE: 409,
  NOT_FOUND: 404,
  CONFLICT: 409,
  APPROVAL_RESOLVED: 409,
  APPROVAL_EXPIRED: 410,
  BODY_TOO_LARGE: 413,
  IDEMPOTENCY_MISMATCH: 422,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  CHAIN_TOO_LONG: 429,
  INTERNAL: 500,
  STORE_FAILED: 503,
  CLOCK_WENT_BACK: 503,
} as const;

/** One of {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What was decided anew and denied is a conflict with what somebody meant to do. */
const DENIED = 409;

/** The HTTP status of a refusal. */
export function statusOf(code: ProblemCode | DenyCode): number {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode] : DENIED;
}

/** A request that a Hall does not carry out, for a reason that the caller may know. */
export class ProblemError extends Error {
  readonly code: ProblemCode | DenyCode;
  readonly findings: readonly Finding[];
  /** Members that the problem document also has. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemCode | DenyCode,
    message: string,
    findings: readonly Finding[] = [],
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.findings = findings;
    this.details = details;
  }
}
