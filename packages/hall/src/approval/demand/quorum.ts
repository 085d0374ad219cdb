import { canonicalJson, sha256 } from '@wcp/spec';
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
 * Counts the approval of a steward: those since the hold came to its supervisor level, of different principals that
 * may still approve.
 *
 * @param isSteward whether the principal with an id is a steward as of now
 * @throws {ProblemError} `FORBIDDEN`, `APPROVAL_COUNTED`, `CONFLICT`
 */
export function countApproval(
  approval: Approval,
  demanded: Demanded,
  by: Principal,
  result: unknown,
  isSteward: (id: string) => boolean,
): Counted {
  checkMayApprove(demanded, by);
  if (demanded.quorum === 1) return { step: {}, isEnough: true };
  const given = approvalsOf(approval).filter(({ by: id }) => isSteward(id) && mayApprove(demanded, id));
  if (given.some(({ by: id }) => id === by.id)) throw countedAlready(demanded.quorum - given.length);
  const result_hash = result === undefined ? undefined : sha256(canonicalJson(result));
  if (given.some((each) => each.result_hash !== result_hash)) throw anotherResult();
  const count = given.length + 1;
  const step = {
    quorum: { count, needed: demanded.quorum },
    ...(result_hash !== undefined && { result_hash }),
  };
  return { step, isEnough: count >= demanded.quorum };
}

/** The approvals since the hold came to its supervisor level: what was approved below it was something else. */
export function approvalsOf({ history }: Pick<Approval, 'history'>): readonly Resolution[] {
  const raised = history.findLastIndex(({ action }) => action === 'escalate');
  return history.slice(raised + 1).filter(({ action }) => action === 'approve');
}

function mayApprove({ stewards }: Demanded, id: string): boolean {
  return stewards === null || stewards.includes(id);
}

function checkMayApprove(demanded: Demanded, { id }: Principal): void {
  if (mayApprove(demanded, id)) return;
  const named = (demanded.stewards ?? []).join(', ') || 'nobody';
  throw new ProblemError(
    'FORBIDDEN',
    `Here only the approval of certain stewards counts: ${named}. Ask one of them; you may still deny.`,
  );
}

function countedAlready(missing: number): ProblemError {
  const others = missing === 1 ? 'another steward' : `${missing} other stewards`;
  return new ProblemError('APPROVAL_COUNTED', `You have approved this; now ${others} must.`);
}

function anotherResult(): ProblemError {
  return new ProblemError(
    'CONFLICT',
    'Another steward submitted another result. Submit the same one, or deny and have it done again.',
  );
}
