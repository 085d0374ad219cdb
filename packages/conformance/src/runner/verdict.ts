import type { PortProblemCode } from './port-problem.ts';

/** How a case can end; only `passed` counts. */
export const STATUSES = ['passed', 'failed', 'skipped', 'errored'] as const;
/** How a case ended. */
export type Status = (typeof STATUSES)[number];

/** What can be wrong with an answer. Where there is none, the code of the port's problem says why. */
export const ANSWER_FAULTS = [
  'wrong_outcome',
  'wrong_code',
  'wrong_order',
  'wrong_member',
  'not_a_decision',
  'message_tells',
  'error_instead_of_result',
  'result_instead_of_error',
  'changed_when_repeated',
  'skipped',
  'not_offered',
  'errored',
  'not_run',
] as const;
/** Why a case did not pass. */
export type Fault = (typeof ANSWER_FAULTS)[number] | PortProblemCode;

/**
 * One place where a result is not what was expected; an absent side has no member. In a difference of `order` the
 * lists have the same items; in one of `items` the sides are the items that came not or were not expected.
 */
export interface Difference {
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly kind?: 'order' | 'items';
  readonly expected?: unknown;
  readonly got?: unknown;
}

/** What was expected and what came, each in one line that says why: codes, reasons, the port's own words. */
export interface Cause {
  readonly expected: string;
  readonly got: string;
}

/** The verdict on a case that did not pass. */
export interface Failing {
  readonly status: Exclude<Status, 'passed'>;
  readonly fault: Fault;
  readonly message: string;
  readonly cause: Cause;
  readonly diff: readonly Difference[];
}

/** What the referee says about a case. */
export type Verdict =
  | { readonly status: 'passed'; readonly fault: null; readonly message: null; readonly cause: null }
  | Failing;

/** The verdict on a case whose answer is what was expected. */
export const PASSED: Verdict = { status: 'passed', fault: null, message: null, cause: null };

/** The verdict on a case with another answer. */
export function failed(
  fault: Fault,
  message: string,
  cause: Cause,
  diff: readonly Difference[] = [],
): Failing {
  return { status: 'failed', fault, message, cause, diff };
}

/** The verdict on a case that the port does not answer, and says so. */
export function skipped(fault: 'skipped' | 'not_offered', message: string, cause: Cause): Failing {
  return { status: 'skipped', fault, message, cause, diff: [] };
}

/** The verdict on a case without a usable answer. */
export function errored(fault: Fault, message: string, cause: Cause): Failing {
  return { status: 'errored', fault, message, cause, diff: [] };
}
