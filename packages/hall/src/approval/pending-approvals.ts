import type { SupervisorLevel } from '@wcp/spec';
import { levelsAbove } from '@wcp/spec/document';
import { ProblemError } from '../base/problem.ts';
import type { Principal } from '../identity/principal.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import type { Store } from '../storage/store/store.ts';
import { type Approval, readApproval } from './approval.ts';
import { approvalExpired, escalatedMeanwhile, noApproval, resolvedAlready } from './approval-problems.ts';

/** Requests of one tenant that may be on hold. */
const HOLDS = 100;

/** What lets a principal do what it wants with an approval: it throws where the principal may not. */
export type Admission = (approval: Approval, by: Principal) => void;

/**
 * The requests on hold. Whoever takes one has it alone: a second caller waits for what comes of it, and one that is put
 * back, because what followed failed or other stewards must approve too, is the next one's.
 */
export class PendingApprovals {
  readonly #store: Store;
  readonly #pending = new Map<string, Approval>();
  /** Those that somebody has, and who waits until they are free again. */
  readonly #taken = new Map<string, (() => void)[]>();
  /** How many requests each tenant has on hold, those that are being made durable included. */
  readonly #held = new Map<string, number>();
  readonly #maxHolds: number;
  readonly #others: Pick<OtherHalls, 'commit'>;
  /** The commit up to which it was known what other Halls did when a request was taken. */
  readonly #since = new Map<string, number>();

  private constructor(store: Store, others: Pick<OtherHalls, 'commit'>, maxHolds: number) {
    this.#store = store;
    this.#others = others;
    this.#maxHolds = maxHolds;
  }

  /** @param maxHolds requests of one tenant that may be on hold (default 100) */
  static async open(
    store: Store,
    others: Pick<OtherHalls, 'commit'>,
    maxHolds: number = HOLDS,
  ): Promise<PendingApprovals> {
    const pendingApprovals = new PendingApprovals(store, others, maxHolds);
    for (const row of await store.list('approvals', { where: { state: 'pending' }, limit: 1_000_000 })) {
      const approval = readApproval(row);
      pendingApprovals.#count(approval, 1);
      pendingApprovals.put(approval);
    }
    return pendingApprovals;
  }

  /** Reads approvals again that other Halls have made or resolved, by their ids; null for all. */
  async follow(ids: readonly string[] | null): Promise<void> {
    if (ids === null) {
      const rows = await this.#store.list('approvals', { where: { state: 'pending' }, limit: 1_000_000 });
      const known = [...this.#pending.keys(), ...rows.map(({ id }) => id)];
      return this.follow([...new Set(known)]);
    }
    for (const id of ids) {
      const row = await this.#store.get('approvals', id);
      if (row === null) continue;
      const isKnown = this.#pending.has(id);
      if (row.state === 'pending') {
        const approval = readApproval(row);
        if (!isKnown) this.#count(approval, 1);
        this.put(approval);
      } else if (isKnown) this.#end(id);
    }
  }

  /** The requests on hold, the oldest first. */
  pending(): readonly Approval[] {
    return [...this.#pending.values()].sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  }

  /** Takes the expired ones that nobody else has taken. */
  takeOverdue(at: string): readonly Approval[] {
    const overdue = this.pending().filter(
      (approval) => isExpired(approval, at) && !this.#taken.has(approval.approval_id),
    );
    for (const { approval_id } of overdue) this.#claim(approval_id);
    return overdue;
  }

  /** An approval, resolved or not; null where it does not exist. */
  async find(approvalId: string): Promise<Approval | null> {
    const pending = this.#pending.get(approvalId);
    if (pending !== undefined) return pending;
    const row = await this.#store.get('approvals', approvalId);
    return row === null ? null : readApproval(row);
  }

  /**
   * Takes a place for a request that is to be held; {@link put} fills it, {@link giveUp} gives it back.
   *
   * @throws {ProblemError} `RATE_LIMITED` where its tenant has as many on hold as it may
   */
  reserve(approval: Approval): void {
    if ((this.#held.get(approval.tenant_id) ?? 0) >= this.#maxHolds) {
      const message = `This tenant has ${this.#maxHolds} requests on hold already. Wait until a human has resolved some.`;
      throw new ProblemError('RATE_LIMITED', message);
    }
    this.#count(approval, 1);
  }

  /** Gives back the place of a request whose hold did not become durable. */
  giveUp(approval: Approval): void {
    this.#count(approval, -1);
  }

  /** Adds or replaces a request on hold. */
  put(approval: Approval): void {
    this.#pending.set(approval.approval_id, approval);
  }

  /**
   * A request on hold, once nobody has it any more, if a principal may do what it wants with it.
   *
   * @param admit throws where the principal may not
   * @throws {ProblemError} `NOT_FOUND`, `APPROVAL_RESOLVED`, `APPROVAL_EXPIRED`, `CONFLICT` for one that was escalated
   * meanwhile, or what `admit` throws
   */
  waiting(approvalId: string, by: Principal, at: string, admit: Admission): Promise<Approval> {
    return this.#whenFree(approvalId, at, (approval) => admit(approval, by));
  }

  /**
   * Takes a request to resolve it: whoever else wants it waits until {@link putBack}, and then finds what came of it.
   *
   * @throws {ProblemError} as {@link waiting} does
   */
  take(approvalId: string, by: Principal, at: string, admit: Admission): Promise<Approval> {
    const claim = () => this.#claim(approvalId);
    return this.#whenFree(approvalId, at, (approval) => admit(approval, by), claim);
  }

  #claim(approvalId: string): void {
    this.#taken.set(approvalId, []);
    this.#since.set(approvalId, this.#others.commit);
  }

  /** The commit up to which a request that was taken is as other Halls left it; undefined for one that nobody has. */
  since(approvalId: string): number | undefined {
    return this.#since.get(approvalId);
  }

  async #whenFree(
    approvalId: string,
    at: string,
    admit: (approval: Approval) => void,
    claim = () => {},
  ): Promise<Approval> {
    let level: SupervisorLevel | undefined;
    for (;;) {
      const approval = await this.find(approvalId);
      if (approval === null) throw noApproval();
      admit(approval);
      // Nothing is awaited from here to the claim: of two callers at once, the second finds it taken.
      const waiters = this.#taken.get(approvalId);
      const pending = this.#pending.get(approvalId);
      level ??= approval.level;
      if (waiters !== undefined) await new Promise<void>((free) => waiters.push(free));
      else if (pending === undefined)
        throw isExpired(approval, at) ? approvalExpired() : resolvedAlready(approval);
      else if (pending.level !== level) throw escalatedMeanwhile(pending);
      else {
        claim();
        return pending;
      }
    }
  }

  /** Puts a request back that was taken and not resolved. */
  putBack(approvalId: string): void {
    const waiters = this.#taken.get(approvalId) ?? [];
    this.#taken.delete(approvalId);
    this.#since.delete(approvalId);
    for (const free of waiters) free();
  }

  /** Removes a request whose resolution is durable. */
  settle(approvalId: string): void {
    this.#end(approvalId);
    this.putBack(approvalId);
  }

  #end(approvalId: string): void {
    const approval = this.#pending.get(approvalId);
    if (approval !== undefined) this.#count(approval, -1);
    this.#pending.delete(approvalId);
  }

  #count({ tenant_id }: Approval, more: number): void {
    const held = (this.#held.get(tenant_id) ?? 0) + more;
    if (held <= 0) this.#held.delete(tenant_id);
    else this.#held.set(tenant_id, held);
  }
}

/** Orders requests on hold by age. */
export function ageOf({ created_at, approval_id }: Approval): string {
  return `${created_at} ${approval_id}`;
}

/** Whether it was not resolved in time. */
export function isExpired({ state, expires_at }: Approval, at: string): boolean {
  return state === 'expired' || (state === 'pending' && expires_at <= at);
}

/** The supervisor level above; a wanted one must be above. */
export function levelAbove(level: SupervisorLevel, wanted: SupervisorLevel | null): SupervisorLevel {
  const higher = levelsAbove(level);
  const above = wanted === null ? higher[0] : higher.find((each) => each === wanted);
  if (above !== undefined) return above;
  throw new ProblemError(
    'CONFLICT',
    `A request at the supervisor level ${level} can only be escalated to a higher one.`,
  );
}
