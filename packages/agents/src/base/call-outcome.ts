import type { SupervisorLevel } from '@wcp/spec';

/** The tool ran, and this is what it returned, as JSON. */
export interface ResultOutcome {
  readonly kind: 'result';
  readonly result: unknown;
  readonly decision_id: string | null;
}

/** Nothing ran, and nothing will. */
export interface DeniedOutcome {
  readonly kind: 'denied';
  /** A deny code of the protocol, or one of {@link AGENT_CODES}. */
  readonly code: string;
  /** A sentence for the model. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly decision_id: string | null;
}

/** A steward must approve the call first: nothing has run yet. */
export interface HeldOutcome {
  readonly kind: 'held';
  readonly approval_id: string;
  /** The page of the approval; null where the Hall listens nowhere. */
  readonly url: string | null;
  readonly level: SupervisorLevel | null;
  readonly expires_at: string;
  readonly decision_id: string | null;
}

/** There is no result of what was allowed. */
export interface FailedOutcome {
  readonly kind: 'failed';
  /** A code of the worker kit, of a delivery, or one of {@link AGENT_CODES}. */
  readonly code: string;
  readonly message: string;
  /** Whether the tool began; null where nobody knows. */
  readonly ran: boolean | null;
  /** What the tool threw, where it ran in this process; the Hall never sees it. */
  readonly error?: unknown;
  readonly decision_id: string | null;
}

/** How a governed call ended, or that it waits. */
export type CallOutcome = ResultOutcome | DeniedOutcome | HeldOutcome | FailedOutcome;

/** What this package itself answers, beside the codes of the Hall. */
export const AGENT_CODES = {
  HALL_UNREACHABLE: {
    message: 'The Hall cannot be reached, so nothing ran.',
    remedy: 'Try again later. If that does not help, ask the operator whether the Hall runs: wcp health.',
  },
  HALL_LATE: {
    message: 'The Hall did not decide in time, so nothing ran.',
    remedy: 'Try again later. If that does not help, ask the operator whether the Hall is overloaded.',
  },
  HALL_REFUSED: {
    message: 'The Hall did not decide about this call, so nothing ran.',
    remedy: 'Ask the operator: the key of the agent may be wrong, or not that of its tenant.',
  },
  TOOL_UNKNOWN: {
    message: 'This agent has no governed tool of that name, so nothing ran.',
    remedy: 'Call one of the tools that the agent lists.',
  },
  TOOL_NOT_ENROLLED: {
    message: 'The tool is not enrolled at the Hall, so nothing ran.',
    remedy: 'Ask the operator: the key of the worker may be wrong, or not that of its authority.',
  },
  ARGUMENTS_NOT_JSON: {
    message: 'The arguments cannot be written as JSON, so nothing ran.',
    remedy: 'Call the tool with plain JSON: objects, lists, texts, numbers up to 2^53, true, false and null.',
  },
  CALL_ABORTED: {
    message: 'The call was aborted.',
    remedy: 'Call the tool again if it is still needed.',
  },
  HALL_LOST: {
    message: 'The tool ran, and the Hall did not confirm its outcome.',
    remedy: 'Find out what has changed before you call it again: nothing is repeated by itself.',
  },
  DECISION_UNKNOWN: {
    message: 'The Hall answered with a decision that this version of @wcp/agents does not know.',
    remedy:
      'Find out what has changed before you call it again. Ask whoever runs the Hall what it means, or update @wcp/agents.',
  },
  CALL_REPEATED: {
    message: 'This very call has been started already, so it does not run again.',
    remedy: 'Make a new call.',
  },
  CALL_NOT_STARTED: {
    message: 'The Hall allowed the call, and it could not be started safely, so nothing ran.',
    remedy: 'Try again. If that does not help, ask the operator.',
  },
  CALL_WITHDRAWN: {
    message: 'This held call was withdrawn, so nothing ran.',
    remedy: 'Call the tool again if it is still needed: it is decided anew.',
  },
  APPROVAL_UNKNOWN: {
    message: 'The Hall knows no such approval of this tenant.',
    remedy: 'Call the tool again: it is decided anew.',
  },
  APPROVAL_DENIED: {
    message: 'A steward denied this call, so nothing ran.',
    remedy: 'Do not repeat it as it is. Ask the steward what would be allowed.',
  },
  APPROVAL_EXPIRED: {
    message: 'Nobody approved this call in time, so nothing ran.',
    remedy: 'Call the tool again: a steward is asked again.',
  },
  APPROVAL_STALE: {
    message: 'What would run now is not what was approved, so nothing ran.',
    remedy: 'Call the tool again: it is decided anew.',
  },
} as const satisfies Readonly<Record<string, { readonly message: string; readonly remedy: string }>>;

/** A code of {@link AGENT_CODES}. */
export type AgentCode = keyof typeof AGENT_CODES;

/** A denial of this package's own. */
export function denied(code: AgentCode, why = '', decision_id: string | null = null): DeniedOutcome {
  const { message, remedy } = AGENT_CODES[code];
  return { kind: 'denied', code, message: why === '' ? message : `${message} ${why}`, remedy, decision_id };
}
