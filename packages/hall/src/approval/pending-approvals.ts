import type { SupervisorLevel } from '@wcp/spec';
import { levelsAbove } from '@wcp/spec/document';
import { ProblemError } from '../base/problem.ts';
import type { Principal } from '../identity/principal.ts';
import type { Store } from '../storage/store/store.ts';
import { type Approval, readApproval } from './approval.ts';

/**
 * The holds that wait. To take one is to have it alone: whoever comes second is refused, and one that is
 * put back, because what followed failed, waits again.
 */
export class PendingApprovals {
  readonly #store: Store;
  readonly #pending = new Map<string, Approval>();
  readonly #taken = new Set<string>();

  private constructor(store: Store) {
    this.#store = store;
  }

  static async open(store: Store): Promise<PendingApprovals> {
    const pendingApprovals = new PendingApprovals(store);
    for (const row of await store.list('approvals', { where: { state: 'pending' }, limit: 1_000_000 })) {
      pendingApprovals.put(readApproval(row));
    }
    return pendingApprovals;
  }

  /** Those that wait, the oldest first. */
  pending(): readonly Approval[] {
    return [...this.#pending.values()].sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  }

  /** Takes those whose time is over; those that somebody else has taken are left. */
  takeOverdue(at: string): readonly Approval[] {
    const overdue = this.pending().filter(
      (approval) => isOver(approval, at) && !this.#taken.has(approval.approval_id),
    );
    for (const { approval_id } of overdue) this.#taken.add(approval_id);
    return overdue;
  }

  /** Any approval, resolved ones too; null where there is none. */
  async find(approvalId: string): Promise<Approval | null> {
    const pending = this.#pending.get(approvalId);
    if (pending !== undefined) return pending;
    const row = await this.#store.get('approvals', approvalId);
    return row === null ? null : readApproval(row);
  }

  /** Adds a hold, or a changed one, among those that wait. */
  put(approval: Approval): void {
    this.#pending.set(approval.approval_id, approval);
  }

  /**
   * Takes a hold to resolve it: nobody else can until {@link putBack}.
   *
   * @throws {ProblemError} `NOT_FOUND`, `APPROVAL_SELF`, `APPROVAL_RESOLVED`, `APPROVAL_EXPIRED`
   */
  async take(approvalId: string, by: Principal, at: string): Promise<Approval> {
    const approval = await this.find(approvalId);
    if (approval === null) throw new ProblemError('NOT_FOUND', 'There is no such approval.');
    if (isRequester(approval, by)) {
      throw new ProblemError(
        'APPROVAL_SELF',
        'The tenant that asked cannot resolve its own request: ask another steward.',
      );
    }
    // From here to the end nothing waits: of two that come at once, the second finds it taken.
    const pending = this.#pending.get(approvalId);
    if (pending === undefined || this.#taken.has(approvalId)) {
      if (isOver(approval, at)) throw approvalExpired();
      throw new ProblemError('APPROVAL_RESOLVED', 'Somebody has resolved this already, or is doing so now.');
    }
    this.#taken.add(approvalId);
    return pending;
  }

  /** Gives a hold back that was taken and not resolved. */
  putBack(approvalId: string): void {
    this.#taken.delete(approvalId);
  }

  /** A hold that was taken is resolved, and that is durable. */
  settle(approvalId: string): void {
    this.#pending.delete(approvalId);
    this.#taken.delete(approvalId);
  }
}

/** What orders those that wait. */
export function ageOf({ created_at, approval_id }: Approval): string {
  return `${created_at} ${approval_id}`;
}

/** What whoever comes after the time is told. */
export function approvalExpired(): ProblemError {
  return new ProblemError('APPROVAL_EXPIRED', 'The time to resolve this is over: it counts as denied.');
}

/** Whether nobody resolved it in time. */
export function isOver({ state, expires_at }: Approval, at: string): boolean {
  return state === 'expired' || (state === 'pending' && expires_at <= at);
}

function isRequester({ tenant_id }: Approval, by: Principal): boolean {
  return by.tenant_id === tenant_id || by.id === tenant_id;
}

/** The level above; a named one must be above. */
export function levelAbove(level: SupervisorLevel, wanted: SupervisorLevel | null): SupervisorLevel {
  const higher = levelsAbove(level);
  const above = wanted === null ? higher[0] : higher.find((each) => each === wanted);
  if (above !== undefined) return above;
  throw new ProblemError('CONFLICT', `A hold at level ${level} can only be escalated to a higher one.`);
}
