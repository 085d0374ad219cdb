import type { Approval } from '@wcp/spec/hall';
import type { CallOutcome } from '../base/gateway.ts';
import { type Refusal, refused } from './refusal.ts';

/** What of an approval the outcome of its call depends on. */
export type ApprovalState = Pick<Approval, 'approval_id' | 'state'> & Partial<Pick<Approval, 'history'>>;

/**
 * The outcome of a call that was held, by the state of its approval; null while it waits for a steward. An approved
 * call ran in the Hall when it was approved: here its result is only read, however often it is asked for.
 *
 * @param readResult the result of the approved dispatch as a client gets it; null while there is none
 * @example
 * import { approvedOutcome } from '@wcp/mcp';
 *
 * const outcome = await approvedOutcome({ approval_id: '0192', state: 'denied' }, async () => null);
 * console.log(outcome?.kind); // result, which says that a steward denied the call
 */
export async function approvedOutcome(
  approval: ApprovalState,
  readResult: () => Promise<CallOutcome | null>,
): Promise<CallOutcome | null> {
  const { approval_id, state } = approval;
  if (state === 'pending') return null;
  if (state === 'approved') return readResult();
  if (isWithdrawn(approval)) return refused({ ...WITHDRAWN, approval_id });
  return refused({ ...(Object.hasOwn(ENDED, state) ? ENDED[state] : UNKNOWN), approval_id });
}

/** Whether whoever asked has taken the call back. */
export function isWithdrawn({ state, history }: Pick<ApprovalState, 'state' | 'history'>): boolean {
  return state === 'denied' && history?.at(-1)?.action === 'withdraw';
}

const WITHDRAWN: Refusal = {
  code: 'CALL_WITHDRAWN',
  message: 'This held call was taken back before a steward decided; nothing ran.',
  remedy: 'Call the tool again if it is still needed: it is decided anew.',
};

/** A Hall elsewhere may be newer than this gateway. */
const UNKNOWN: Refusal = {
  code: 'APPROVAL_STATE_UNKNOWN',
  message:
    'The approval of this call is in a state that this gateway does not know. Nobody knows whether it ran.',
  remedy: 'Look at the approval on its page before you call the tool again, and update the gateway.',
};

const ENDED: Readonly<Record<'denied' | 'expired' | 'stale' | 'advised', Refusal>> = {
  denied: {
    code: 'APPROVAL_DENIED',
    message: 'A steward denied this call; nothing ran.',
    remedy: 'Do not repeat it as it is. Ask the steward what would be allowed.',
  },
  expired: {
    code: 'APPROVAL_EXPIRED',
    message: 'The approval of this call expired before anybody gave it; nothing ran.',
    remedy: 'Call the tool again: a steward is asked again.',
  },
  stale: {
    code: 'DENY_APPROVAL_STALE',
    message: 'What would run now is not what was approved, so nothing ran.',
    remedy: 'Call the tool again: it is decided anew.',
  },
  advised: {
    code: 'APPROVAL_NOT_PENDING',
    message: 'This call was not held: it went on, and a steward was informed.',
    remedy: 'Read the decision of the Hall for what came of it.',
  },
};
