import { DENY_CODES, type Finding, WcpError } from '@wcp/spec';
import type { FastifyError } from 'fastify';
import { type ProblemCode, ProblemError, statusOf } from '../base/problem.ts';
import { IdentityError } from '../identity/identity-error.ts';

/** A problem document (RFC 9457). `code` is stable; `detail` is for people. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly findings?: readonly Finding[];
  readonly [member: string]: unknown;
}

/** What each code is called. */
const TITLES: Readonly<Record<ProblemCode, string>> = {
  INVALID_BODY: 'The body is not of the form that is asked for',
  INVALID_QUERY: 'The query is not of the form that is asked for',
  INVALID_REQUEST: 'The request cannot be read',
  UNAUTHENTICATED: 'Nobody was recognised',
  PERMIT_UNKNOWN: 'No running call has this permit',
  FORBIDDEN: 'Not allowed',
  TENANT_MISMATCH: 'Not your tenant',
  OPEN_HALL_DEV_ONLY: 'This Hall has no keys and serves dev alone',
  APPROVAL_SELF: 'Not your own request',
  ENROLMENT_UNSIGNED: 'The enrolment is not signed',
  ENROLMENT_SIGNATURE_INVALID: 'The signature of the enrolment is not valid',
  ENROLMENT_OUTDATED: 'A later enrolment is in force',
  BAN_LIST_KEY_UNKNOWN: 'The list is not signed with a registered key',
  BAN_LIST_SIGNATURE_INVALID: 'The signature of the list is not valid',
  BAN_LIST_FROM_FUTURE: 'The list is dated ahead of the clock',
  BAN_LIST_ROLLED_BACK: 'A later list is published',
  BAN_LIST_STALE: 'The list is past its greatest age',
  NOT_FOUND: 'Not found',
  CONFLICT: 'Not possible now',
  APPROVAL_RESOLVED: 'Resolved already',
  APPROVAL_EXPIRED: 'Too late',
  BODY_TOO_LARGE: 'The body is too large',
  IDEMPOTENCY_MISMATCH: 'The key came with another request',
  UNSUPPORTED_MEDIA_TYPE: 'Not JSON',
  RATE_LIMITED: 'Too many requests',
  CHAIN_TOO_LONG: 'One call asked too often',
  INTERNAL: 'The Hall failed',
  STORE_FAILED: 'Nothing can be kept now',
  CLOCK_WENT_BACK: 'The clock is not right',
};

/** Fastify's own refusals by their codes. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_BODY',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'INVALID_BODY',
  FST_ERR_CTP_INVALID_JSON_BODY: 'INVALID_BODY',
};

const STORE_CODES: Readonly<Record<string, ProblemCode>> = {
  ERR_WCP_STORE: 'STORE_FAILED',
  ERR_WCP_CLOCK: 'CLOCK_WENT_BACK',
};

/** The problem document of a refusal. */
export function problemDocument({ code, message, findings, details }: ProblemError): ProblemDocument {
  const title = Object.hasOwn(TITLES, code)
    ? TITLES[code as ProblemCode]
    : DENY_CODES[code as keyof typeof DENY_CODES].meaning;
  return {
    type: `urn:wcp:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: statusOf(code),
    code,
    detail: message,
    ...(findings.length > 0 && { findings }),
    ...details,
  };
}

/** Whatever was thrown, as a refusal: of what nobody expected nothing is told. */
export function problemFrom(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof IdentityError) return new ProblemError(error.code, error.message, error.findings);
  if (error instanceof WcpError && STORE_CODES[error.code] !== undefined) {
    return new ProblemError(STORE_CODES[error.code] as ProblemCode, error.message);
  }
  const known = FASTIFY_CODES[(error as Partial<FastifyError> | null)?.code ?? ''];
  if (known !== undefined) return new ProblemError(known, `${TITLES[known]}.`);
  const { statusCode = 500 } = (error as Partial<FastifyError> | null) ?? {};
  if (statusCode >= 400 && statusCode < 500)
    return new ProblemError('INVALID_REQUEST', 'The request cannot be read.');
  return new ProblemError(
    'INTERNAL',
    'The Hall failed in a way that it should not. What was not acknowledged was not done.',
  );
}
