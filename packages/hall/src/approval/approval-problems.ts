import type { RouteDecision } from '@wcp/spec';
import { ProblemError } from '../base/problem.ts';
import type { Approval } from './approval.ts';

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

/** The problem of an approval that does not exist, or that the caller may not know of. */
export function noApproval(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no approval with this id.');
}

/** The problem of a resolution after another one: it says who resolved the request, when and how. */
export function resolvedAlready({ state, history }: Approval): ProblemError {
  const last = history.at(-1);
  const how =
    last === undefined ? `It is ${state}.` : `It is ${state}: ${last.action} by ${last.by} at ${last.at}.`;
  return new ProblemError('APPROVAL_RESOLVED', `This has been resolved already. ${how}`);
}

/** The problem of a resolution of what another steward escalated at the same time: it was meant for the level before. */
export function escalatedMeanwhile({ level }: Approval): ProblemError {
  return new ProblemError(
    'CONFLICT',
    `Another steward has just escalated this to the supervisor level ${level}. Read it again.`,
  );
}
