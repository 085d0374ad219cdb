import { canonicalJson, sha256 } from '@wcp/spec';
import { type ApprovalRefusal, approvalsIn, countApproval as countIn } from '@wcp/spec/document';
import { ProblemError } from '../../base/problem.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Approval, Resolution } from '../approval.ts';
import type { Demanded } from './approval-demand.ts';

/** How an approval counts among those that are needed. */
export interface Counted {
  /** What the resolution says of it; nothing where one steward is enough. */
  readonly step: Pick<Resolution, 'quorum' | 'result_hash' | 'confirmation'>;
  /** Whether enough have approved with this one. */
  readonly isEnough: boolean;
}

/**
 * Counts the approval of a steward (section 5.15, several stewards).
 *
 * @param isSteward whether the principal with an id is a steward as of now
 * @throws {ProblemError} `FORBIDDEN`, `APPROVAL_SELF`, `APPROVAL_COUNTED`, `CONFLICT`
 */
export function countApproval(
  approval: Approval,
  demanded: Demanded,
  by: Principal,
  result: unknown,
  isSteward: (id: string) => boolean,
): Counted {
  const { history, requested_by } = approval;
  const result_hash = result === undefined ? undefined : sha256(canonicalJson(result));
  const hold = {
    need: demanded,
    history,
    requested_by,
    // Whoever resolves this has been let in as a steward already.
    isSteward: (id: string) => id === by.id || isSteward(id),
  };
  const { code, count, quorum, is_enough } = countIn(hold, by.id, result_hash);
  if (code !== null) throw new ProblemError(code, MESSAGES[code](demanded, quorum - count));
  if (quorum === 1) return { step: {}, isEnough: is_enough };
  const step = { quorum: { count, needed: quorum }, ...(result_hash !== undefined && { result_hash }) };
  return { step, isEnough: is_enough };
}

/** The approvals since the hold came to its supervisor level. */
export function approvalsOf({ history }: Pick<Approval, 'history'>): readonly Resolution[] {
  return approvalsIn(history);
}

type Message = (demanded: Demanded, missing: number) => string;

const MESSAGES: Readonly<Record<ApprovalRefusal, Message>> = {
  FORBIDDEN: ({ stewards }) =>
    `Here only the approval of certain stewards counts: ${(stewards ?? []).join(', ') || 'nobody'}. Ask one of them; you may still deny.`,
  APPROVAL_SELF: () => 'Whoever had a part in asking cannot approve it. Ask another steward.',
  APPROVAL_RESOLVED: () => 'This has been resolved already.',
  APPROVAL_COUNTED: (_, missing) => {
    const others = missing === 1 ? 'another steward' : `${missing} other stewards`;
    return `You have approved this; now ${others} must.`;
  },
  CONFLICT: () =>
    'Another steward submitted another result. Submit the same one, or deny and have it done again.',
};
