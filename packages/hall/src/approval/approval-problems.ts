import type { RouteDecision } from '@wcp/spec';
import { ProblemError } from '../base/problem.ts';

/** A member that would have no effect here: whoever sends it means something else than what would happen. */
export function misplaced(path: string, message: string): ProblemError {
  return new ProblemError('INVALID_BODY', message, [{ path, code: 'UNKNOWN_MEMBER', message }]);
}

/** The problem of an approval of a human's work that does not bring its result. */
export function resultMissing(level: string): ProblemError {
  const message = `At the supervisor level ${level} a human does the work: submit its result.`;
  return new ProblemError('INVALID_BODY', message, [{ path: '/result', code: 'MISSING_MEMBER', message }]);
}

/** The problem of an approval of what is not the same any more. */
export function stale(decision: RouteDecision): ProblemError {
  const message = 'The request was decided again and is denied: what would run now is not what was approved.';
  const code = (decision.deny_code ?? 'DENY_APPROVAL_STALE') as ProblemError['code'];
  return new ProblemError(code, message, [], { decision });
}

/** The problem of a resolution that comes too late. */
export function approvalExpired(): ProblemError {
  return new ProblemError('APPROVAL_EXPIRED', 'This approval has expired and counts as denied.');
}
