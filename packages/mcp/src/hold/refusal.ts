import type { Finding } from '@wcp/spec';
import type { CallOutcome } from '../base/gateway.ts';
import type { Members } from '../base/members.ts';
import type { RequestStateFault } from './request-state.ts';

/** Why a call brought no result of its tool, for the model and for its human. */
export interface Refusal {
  /** A stable code: a deny code, or one of this gateway. */
  readonly code: string;
  /** What happened, one plain sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Everything that is wrong, each with its place. */
  readonly findings?: readonly Finding[];
  readonly approval_id?: string;
  /** Where a steward decides. */
  readonly url?: string;
}

/** The member of `_meta` that says the same to a program. */
const REFUSAL_META_KEY = 'org.wcp/refusal';
/** The refusals that were made here. */
const REFUSALS = new WeakMap<object, Refusal>();

/**
 * A refusal as the result of a tool: `isError`, because some clients throw on errors of the protocol and none shows them
 * to its model. It has no `structuredContent`, which would have to satisfy the schema of the tool.
 *
 * @example
 * import { refusalResult } from '@wcp/mcp';
 *
 * const result = refusalResult({ code: 'DENY_NO_MATCHING_RULE', message: 'No rule allows this.', remedy: 'Ask the operator.' });
 * console.log(result['isError']); // true
 */
export function refusalResult(refusal: Refusal): Members {
  const { code, message, remedy, findings = [], approval_id, url } = refusal;
  const lines = [
    `${code}: ${message}`,
    ...findings.map((each) => `- ${each.path === '' ? '/' : each.path}: ${each.message}`),
    remedy,
    ...(approval_id === undefined ? [] : [`Approval: ${approval_id}`]),
    ...(url === undefined ? [] : [`Page of the approval: ${url}`]),
  ];
  const result = {
    content: [{ type: 'text', text: lines.join('\n') }],
    isError: true,
    _meta: { [REFUSAL_META_KEY]: refusal },
  };
  REFUSALS.set(result, refusal);
  return result;
}

/** The refusal that a result is; undefined for any other result, whatever a server says in its own. */
export function refusalOf(result: unknown): Refusal | undefined {
  return REFUSALS.get(Object(result));
}

/** The outcome of a call that is refused. */
export function refused(refusal: Refusal): CallOutcome {
  return { kind: 'result', result: refusalResult(refusal) };
}

/**
 * The outcome of a call whose request state does not count. Who asks learns that the state is over, and otherwise only
 * that it is not one of this call: not whose it is.
 *
 * @example
 * import { refusedState } from '@wcp/mcp';
 *
 * console.log(refusedState('other_tenant').kind); // result
 */
export function refusedState(fault: RequestStateFault): CallOutcome {
  if (fault === 'expired') {
    return refused({
      code: 'APPROVAL_EXPIRED',
      message: 'The approval of this call expired before anybody gave it; nothing ran.',
      remedy: 'Call the tool again: a steward is asked again.',
    });
  }
  return refused({
    code: 'REQUEST_STATE_INVALID',
    message: 'The request state is not one that this gateway gave for this call; nothing ran.',
    remedy: 'Call the tool again without a request state.',
  });
}
