import type { DenyCode, Finding } from '@wcp/spec';
import { PROBLEMS, type ProblemCode } from '@wcp/spec/hall';

export { PROBLEMS, type ProblemCode } from '@wcp/spec/hall';

/** What was decided anew and denied is a conflict with what somebody meant to do. */
const DENIED = 409;

/** The HTTP status of a refusal. */
export function statusOf(code: ProblemCode | DenyCode): number {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode].status : DENIED;
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
