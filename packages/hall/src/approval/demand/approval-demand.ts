import type { RouteDecision } from '@wcp/spec';
import { combineNeeds } from '@wcp/spec/document';
import type { Approval as ShownApproval } from '@wcp/spec/hall';

/** What an approval needs beside one steward. */
export type Demanded = ShownApproval['demanded'];

/** Which holds need more than one steward's word, and what they need. An absent condition always holds. */
export interface ApprovalDemand {
  /** The rule that held the request. */
  readonly rule_id?: string;
  readonly capability_id?: string;
  readonly env?: string;
  readonly tenant_id?: string;
  /** How many different stewards must approve (default 1). */
  readonly quorum?: number;
  /** The ids of the principals whose approval counts (default: every steward's). */
  readonly stewards?: readonly string[];
  /** `webauthn`: each approval is confirmed with a passkey. */
  readonly confirmation?: 'webauthn';
}

type Held = Pick<RouteDecision, 'matched_rule_id' | 'capability_id' | 'env' | 'tenant_id'>;

/** Everything that the demands on a held request need together: none of them weakens another. */
export function demandedOf(held: Held, demands: readonly ApprovalDemand[]): Demanded {
  return combineNeeds(demands.filter((demand) => isAbout(demand, held)));
}

/** What an approval needs: what was demanded when it was held, and what is demanded now. */
export function demandedNow(
  { decision, demanded }: { readonly decision: Held; readonly demanded?: Demanded },
  demands: readonly ApprovalDemand[],
): Demanded {
  const now = demandedOf(decision, demands);
  return demanded === undefined ? now : combineNeeds([demanded, now]);
}

function isAbout({ rule_id, capability_id, env, tenant_id }: ApprovalDemand, held: Held): boolean {
  return (
    (rule_id === undefined || rule_id === held.matched_rule_id) &&
    (capability_id === undefined || capability_id === held.capability_id) &&
    (env === undefined || env === held.env) &&
    (tenant_id === undefined || tenant_id === held.tenant_id)
  );
}
