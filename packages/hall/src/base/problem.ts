import type { DenyCode, Finding } from '@wcp/spec';
import { PROBLEMS, type ProblemCode } from '@wcp/spec/hall';

/** A denial of a request that was decided again conflicts with what its approver meant to allow. */
const DENIED = 409;

/** The HTTP status of a problem. */
export function statusOf(code: ProblemCode | DenyCode): number {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode].status : DENIED;
}

/**
 * Thrown where a Hall does not carry out a request, for a reason that the caller may know: over HTTP it is a
 * problem document (RFC 9457).
 *
 * @example
 * import { createHall, ProblemError } from '@wcp/hall';
 *
 * const hall = await createHall();
 * try {
 *   await hall.registry.remove('org.acme.summarizer.one');
 * } catch (error) {
 *   if (error instanceof ProblemError) console.log(error.code, error.message, error.findings);
 * } finally {
 *   await hall.close();
 * }
 */
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
    this.name = 'ProblemError';
    this.code = code;
    this.findings = findings;
    this.details = details;
  }
}
