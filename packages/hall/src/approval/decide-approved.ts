import { decisionDigest, type Facts } from '@wcp/spec';
import { receiveKept } from '../base/received-request.ts';
import type { Decided, Decider } from '../dispatch/decider.ts';
import type { Principal } from '../identity/principal.ts';
import type { Observation } from '../registry/worker-inspector.ts';
import { type Approval, bindingOf } from './approval.ts';

/**
 * Decides about a request on hold again, with the approval as a fact (section 5, step 15).
 *
 * @param isKnownSame false where it is known to differ: the new decision is then a denial
 */
export function decideApproved(
  decider: Decider,
  approval: Approval,
  by: Principal,
  isKnownSame: boolean,
): Promise<Decided> {
  const { approval_id: id, level, binding, decision, mode } = approval;
  const input = JSON.parse(approval.input) as unknown;
  const fact = (seen: Observation): NonNullable<Facts['approval']> => {
    const isSame = isKnownSame && bindingOf(input, decision, seen.facts) === binding;
    // Where the worker's code has changed: a digest that no decision can have.
    const decision_digest = isSame ? decisionDigest(input, decision) : binding;
    return { id, level, resolver: by.id, decision_digest };
  };
  return decider.decide(receiveKept(approval.input, approval.requested_by), {
    isDispatch: mode === 'dispatch',
    isTakenOver: isTakenOver(approval),
    approval: fact,
  });
}

/** What the approval would be bound to if it were held now. */
export async function bindingNow(decider: Decider, approval: Approval): Promise<string> {
  const input = JSON.parse(approval.input) as unknown;
  const { decision, observation, spending } = await decider.decide(
    receiveKept(approval.input, approval.requested_by),
    { isDispatch: false, isTakenOver: isTakenOver(approval) },
  );
  spending?.giveBack();
  return bindingOf(input, decision, observation.facts);
}

/** The correlation is frozen for the very human who now submits a result. */
function isTakenOver({ level }: Approval): boolean {
  return level === 'incident_commander';
}
