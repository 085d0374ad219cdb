/** What an approval needs beside one steward's word (section 5.15). */
export interface ApprovalNeed {
  /** How many different stewards must approve. */
  readonly quorum: number;
  /** The principals whose approval counts; null for every steward's. */
  readonly stewards: readonly string[] | null;
  /** `webauthn`: each approval is confirmed with a passkey. */
  readonly confirmation: 'webauthn' | null;
}

/** What a steward did to a hold, as far as it counts (section 5.15). */
export interface ApprovalStep {
  readonly action: 'approve' | 'deny' | 'escalate' | 'expire' | 'withdraw';
  readonly by: string;
  /** The hash of the result of a human's work. */
  readonly result_hash?: string | null | undefined;
}

/** A hold that a steward approves (section 5.15). */
export interface ApprovedHold {
  readonly need: ApprovalNeed;
  readonly history: readonly ApprovalStep[];
  /** The principals who had a part in asking. */
  readonly requested_by: readonly string[];
  /** Whether the principal with an id is a steward now. */
  isSteward(id: string): boolean;
}

/** Why an approval does not count. */
export type ApprovalRefusal =
  | 'FORBIDDEN'
  | 'APPROVAL_SELF'
  | 'APPROVAL_RESOLVED'
  | 'APPROVAL_COUNTED'
  | 'CONFLICT';

/** How an approval counts (section 5.15). */
export interface ApprovalCount {
  /** Null where it counts. */
  readonly code: ApprovalRefusal | null;
  /** How many stewards have approved, with this one where it counts. */
  readonly count: number;
  readonly quorum: number;
  /** Whether the request is carried out with this one. */
  readonly is_enough: boolean;
}

/** What ends a hold without an approval. */
const ENDS: ReadonlySet<ApprovalStep['action']> = new Set(['deny', 'expire', 'withdraw']);
const ONE_STEWARD: ApprovalNeed = { quorum: 1, stewards: null, confirmation: null };

/**
 * What satisfies each of several demands: none weakens another (WCP-5-215).
 *
 * @example
 * import { combineNeeds } from '@wcp/spec/document';
 *
 * combineNeeds([{ quorum: 2 }, { stewards: ['key:a', 'key:b'] }, { stewards: ['key:b', 'key:c'] }]);
 * // { quorum: 2, stewards: ['key:b'], confirmation: null }
 */
export function combineNeeds(demands: readonly Partial<ApprovalNeed>[]): ApprovalNeed {
  return demands.reduce<ApprovalNeed>(
    (need, { quorum = 1, stewards = null, confirmation = null }) => ({
      quorum: Math.max(need.quorum, quorum),
      stewards: inBoth(need.stewards, stewards),
      confirmation: need.confirmation ?? confirmation,
    }),
    ONE_STEWARD,
  );
}

function inBoth(one: ApprovalNeed['stewards'], other: ApprovalNeed['stewards']): ApprovalNeed['stewards'] {
  if (one === null || other === null) return one ?? other;
  return one.filter((steward) => other.includes(steward));
}

/**
 * Counts the approval of a principal among those that a hold has (section 5.15).
 *
 * @param resultHash at a supervisor level at which a human does the work: the hash of the result
 * @example
 * import { combineNeeds, countApproval } from '@wcp/spec/document';
 *
 * const need = combineNeeds([{ quorum: 2 }]);
 * const history = [{ action: 'approve', by: 'key:a' }] as const;
 * const hold = { need, history, requested_by: ['key:t'], isSteward: () => true };
 * countApproval(hold, 'key:b'); // { code: null, count: 2, quorum: 2, is_enough: true }
 */
export function countApproval(
  hold: ApprovedHold,
  by: string,
  resultHash: string | null = null,
): ApprovalCount {
  const { quorum } = hold.need;
  const given = new Map(
    approvalsIn(hold.history)
      .filter((step) => mayApprove(hold, step.by))
      .map((step) => [step.by, step.result_hash ?? null]),
  );
  const count = new Set([...given.keys(), by]).size;
  const code = refusalOf(hold, by, given.has(by) && count < quorum, [...given.values()], resultHash);
  if (code !== null) return { code, count: given.size, quorum, is_enough: false };
  return { code, count, quorum, is_enough: count >= quorum };
}

/**
 * The approvals since a hold came to its supervisor level: what was approved below it was something else (WCP-5-218).
 *
 * @example
 * import { approvalsIn } from '@wcp/spec/document';
 *
 * approvalsIn([{ action: 'approve', by: 'key:a' }, { action: 'escalate', by: 'key:b' }]); // []
 */
export function approvalsIn<S extends ApprovalStep>(history: readonly S[]): readonly S[] {
  const raised = history.findLastIndex(({ action }) => action === 'escalate');
  return history.slice(raised + 1).filter(({ action }) => action === 'approve');
}

function mayApprove({ need, requested_by, isSteward }: ApprovedHold, id: string): boolean {
  return isSteward(id) && !requested_by.includes(id) && (need.stewards?.includes(id) ?? true);
}

/** The first of these that applies, in the order of WCP-5-217. */
function refusalOf(
  hold: ApprovedHold,
  by: string,
  isCounted: boolean,
  results: readonly (string | null)[],
  resultHash: string | null,
): ApprovalRefusal | null {
  if (!hold.isSteward(by)) return 'FORBIDDEN';
  if (hold.requested_by.includes(by)) return 'APPROVAL_SELF';
  if (hold.history.some(({ action }) => ENDS.has(action))) return 'APPROVAL_RESOLVED';
  if (!mayApprove(hold, by)) return 'FORBIDDEN';
  if (isCounted) return 'APPROVAL_COUNTED';
  return results.some((result) => result !== resultHash) ? 'CONFLICT' : null;
}
