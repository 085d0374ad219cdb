import type { RouteDecision } from '@wcp/spec';
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

/** What is needed where nothing is demanded. */
const ONE_STEWARD: Demanded = { quorum: 1, stewards: null, confirmation: null };

/** Everything that the demands on a held request need together: none of them weakens another. */
export function demandedOf(held: Held, demands: readonly ApprovalDemand[]): Demanded {
  return demands
    .filter((demand) => isAbout(demand, held))
    .map(({ quorum = 1, stewards = null, confirmation = null }) => ({ quorum, stewards, confirmation }))
    .reduce(stricter, ONE_STEWARD);
}

/** What an approval needs: what was demanded when it was held, and what is demanded now. */
export function demandedNow(
  { decision, demanded }: { readonly decision: Held; readonly demanded?: Demanded },
  demands: readonly ApprovalDemand[],
): Demanded {
  const now = demandedOf(decision, demands);
  return demanded === undefined ? now : stricter(demanded, now);
}

/** What satisfies both. */
function stricter(one: Demanded, other: Demanded): Demanded {
  return {
    quorum: Math.max(one.quorum, other.quorum),
    stewards: inBoth(one.stewards, other.stewards),
    confirmation: one.confirmation ?? other.confirmation,
  };
}

function inBoth(one: Demanded['stewards'], other: Demanded['stewards']): Demanded['stewards'] {
  if (one === null || other === null) return one ?? other;
  return one.filter((steward) => other.includes(steward));
}

function isAbout({ rule_id, capability_id, env, tenant_id }: ApprovalDemand, held: Held): boolean {
  return (
    (rule_id === undefined || rule_id === held.matched_rule_id) &&
    (capability_id === undefined || capability_id === held.capability_id) &&
    (env === undefined || env === held.env) &&
    (tenant_id === undefined || tenant_id === held.tenant_id)
  );
}
