import { Type } from 'typebox';
import type { Finding } from '../base/finding.ts';
import type { DenyCode } from '../document/table/deny-code.ts';

const problem = <const S extends number>(status: S, title: string) => ({ status, title });

/** Why a Hall does not carry out a request: each code with its HTTP status and its title (section 9). */
export const PROBLEMS = {
  INVALID_BODY: problem(400, 'The body is not valid'),
  INVALID_QUERY: problem(400, 'The query is not valid'),
  INVALID_REQUEST: problem(400, 'The request cannot be read'),
  UNAUTHENTICATED: problem(401, 'Authentication required'),
  PERMIT_UNKNOWN: problem(401, 'The permit is not that of a running call'),
  FORBIDDEN: problem(403, 'Permission denied'),
  TENANT_MISMATCH: problem(403, 'You may not act for this tenant'),
  OPEN_HALL_DEV_ONLY: problem(403, 'A Hall without keys serves only dev'),
  APPROVAL_UNCONFIRMED: problem(403, 'The approval is not confirmed with a passkey'),
  APPROVAL_SELF: problem(403, 'You may not resolve your own request'),
  ENROLMENT_UNSIGNED: problem(403, 'The enrolment is not signed'),
  ENROLMENT_SIGNATURE_INVALID: problem(403, 'The signature of the enrolment is not valid'),
  ENROLMENT_OUTDATED: problem(409, 'A later enrolment is in force'),
  BAN_LIST_KEY_UNKNOWN: problem(403, 'The ban list is not signed with a registered key'),
  BAN_LIST_SIGNATURE_INVALID: problem(403, 'The signature of the ban list is not valid'),
  BAN_LIST_FROM_FUTURE: problem(409, 'The ban list is dated in the future'),
  BAN_LIST_ROLLED_BACK: problem(409, 'A later ban list is already published'),
  BAN_LIST_STALE: problem(409, 'The ban list has expired'),
  NOT_FOUND: problem(404, 'Not found'),
  CONFLICT: problem(409, 'Not possible in the present state'),
  APPROVAL_COUNTED: problem(409, 'You have approved this already'),
  APPROVAL_RESOLVED: problem(409, 'Already resolved'),
  APPROVAL_EXPIRED: problem(410, 'The approval has expired'),
  NOT_HELD: problem(410, 'No longer held'),
  BODY_TOO_LARGE: problem(413, 'The body is too large'),
  IDEMPOTENCY_MISMATCH: problem(422, 'This Idempotency-Key was used for another request'),
  UNSUPPORTED_MEDIA_TYPE: problem(415, 'The body must be application/json'),
  RATE_LIMITED: problem(429, 'Too many requests'),
  CHAIN_TOO_LONG: problem(429, 'Too many chained dispatches in one call'),
  INTERNAL: problem(500, 'Internal error'),
  STORE_FAILED: problem(503, 'The store is unavailable'),
  STORE_TAMPERED: problem(503, 'The store was tampered with'),
  ARCHIVE_UNAVAILABLE: problem(503, 'The archive is missing or was changed'),
  PAYLOAD_LOST: problem(503, 'The data key of a request is missing'),
  CLOCK_WENT_BACK: problem(503, 'The clock went backwards'),
} as const;

/** One of {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** A problem document (RFC 9457): `code` is stable, `title` and `detail` are for people. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** A code of {@link PROBLEMS}, or the deny code of a request that was decided again and denied. */
  readonly code: ProblemCode | DenyCode;
  readonly detail: string;
  readonly findings?: readonly Finding[];
  readonly [member: string]: unknown;
}

/** The schema of a {@link ProblemDocument}. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    findings: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), code: Type.String(), message: Type.String() })),
    ),
  },
  { additionalProperties: true, title: 'Problem', description: 'What went wrong, with a stable `code`.' },
);
