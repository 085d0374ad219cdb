import type { Receipt, SupervisorLevel } from '@wcp/spec';
import type { HallClock } from '../base/hall-clock.ts';
import type { Decider } from '../dispatch/decider.ts';
import type { Executor } from '../dispatch/executor.ts';
import type { Recorder } from '../dispatch/recorder.ts';
import type { Principal } from '../identity/principal.ts';
import { type Freezes, freezeChange, frozenEvent } from '../operations/freezes.ts';
import type { Journal } from '../storage/journal.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import { decisionReceiptOf } from '../storage/seal/row-there.ts';
import type { Store } from '../storage/store/store.ts';
import { admitRequester, admitResolver } from './admission.ts';
import { type Approval, endedBy, type Resolution } from './approval.ts';
import { approvalExpired, resultMissing, stale } from './approval-problems.ts';
import { resultEntry } from './approval-receipt.ts';
import { ApprovalRecord, type Resolved } from './approval-record.ts';
import { bindingNow, decideApproved } from './decide-approved.ts';
import type { Approvers } from './demand/approvers.ts';
import { incidentFreeze } from './human-review.ts';
import type { Notifier } from './notification/notifier.ts';
import { isExpired, levelAbove, type PendingApprovals } from './pending-approvals.ts';
import { type ResolutionRequest, refuseMisplaced } from './resolution-request.ts';

/** What the service works with. */
export interface ApprovalServiceParts {
  readonly clock: HallClock;
  readonly store: Store;
  readonly journal: Journal;
  readonly pendingApprovals: PendingApprovals;
  readonly freezes: Freezes;
  readonly decider: Decider;
  readonly recorder: Recorder;
  readonly executor: Executor;
  readonly notifier: Notifier;
  readonly approvers: Approvers;
  readonly others: Pick<OtherHalls, 'untilCurrent'>;
}

/** Resolves requests on hold (sections 5 and 9): each once, in time, by somebody else, for the very decision that was held. */
export class ApprovalService {
  readonly #parts: ApprovalServiceParts;
  readonly #record: ApprovalRecord;

  constructor(parts: ApprovalServiceParts) {
    this.#parts = parts;
    this.#record = new ApprovalRecord(parts);
  }

  /**
   * @param via the account in a chat in which the steward clicked
   * @throws {ProblemError} `NOT_FOUND`, `INVALID_BODY`, `FORBIDDEN`, `CONFLICT`, `APPROVAL_…`, or the deny code of the
   * new decision
   */
  async resolve(request: ResolutionRequest, by: Principal, via?: string): Promise<Resolved> {
    const { pendingApprovals, clock } = this.#parts;
    const at = clock.timestamp();
    const approval = await pendingApprovals.take(request.approval_id, by, at, admitResolver);
    try {
      await this.#refuseExpired(approval, at);
      const { resolution: action, reason = null } = request;
      const resolution = { action, by: by.id, at, reason, ...(via !== undefined && { via }) };
      return await this.#carryOut(approval, resolution, request, by);
    } finally {
      pendingApprovals.putBack(request.approval_id);
    }
  }

  /**
   * Takes back what waits, in the name of whoever asked for it: it counts as denied.
   *
   * @throws {ProblemError} `NOT_FOUND`, `FORBIDDEN`, `APPROVAL_RESOLVED`, `APPROVAL_EXPIRED`
   */
  async withdraw(approval_id: string, by: Principal): Promise<Resolved> {
    const { pendingApprovals, clock } = this.#parts;
    const at = clock.timestamp();
    const approval = await pendingApprovals.take(approval_id, by, at, admitRequester);
    try {
      await this.#refuseExpired(approval, at);
      return await this.#record.end(approval, { action: 'withdraw', by: by.id, at, reason: null }, 'denied');
    } finally {
      pendingApprovals.putBack(approval_id);
    }
  }

  /** Ends every hold that has expired. */
  async expire(): Promise<void> {
    const { pendingApprovals, clock } = this.#parts;
    const at = clock.timestamp();
    const overdue = pendingApprovals.takeOverdue(at);
    try {
      for (const approval of overdue) await this.#expire(approval, at);
    } finally {
      for (const { approval_id } of overdue) pendingApprovals.putBack(approval_id);
    }
  }

  async #refuseExpired(approval: Approval, at: string): Promise<void> {
    if (!isExpired(approval, at)) return;
    await this.#expire(approval, at);
    throw approvalExpired();
  }

  #expire(approval: Approval, at: string): Promise<Resolved> {
    return this.#record.end(approval, { action: 'expire', by: 'hall', at, reason: null }, 'expired');
  }

  #carryOut(
    approval: Approval,
    resolution: Resolution,
    request: ResolutionRequest,
    by: Principal,
  ): Promise<Resolved> {
    refuseMisplaced(request, approval);
    if (resolution.action === 'deny') return this.#record.end(approval, resolution, 'denied');
    if (resolution.action === 'escalate') return this.#escalate(approval, resolution, request.level ?? null);
    return this.#count(approval, resolution, request, by);
  }

  /** An approval, which is carried out once enough stewards have approved. */
  async #count(
    approval: Approval,
    resolution: Resolution,
    request: ResolutionRequest,
    by: Principal,
  ): Promise<Resolved> {
    const isDoneByHuman = approval.level !== 'gatekeeper';
    if (isDoneByHuman && request.result === undefined) throw resultMissing(approval.level);
    const { step, isEnough } = await this.#parts.approvers.admit(approval, request, by);
    const counted = { ...resolution, ...step };
    if (!isEnough) {
      const history = [...approval.history, counted];
      return this.#record.wait({ ...approval, history }, counted);
    }
    return isDoneByHuman
      ? this.#acceptResult(approval, counted, request, by)
      : this.#approve(approval, counted, by, true);
  }

  /**
   * Decides again; what was approved is carried out only if it is still the same.
   *
   * @param isKnownSame false where it is known to differ: the new decision is then a denial
   */
  async #approve(
    approval: Approval,
    resolution: Resolution,
    by: Principal,
    isKnownSame: boolean,
  ): Promise<Resolved> {
    const { decider, recorder, others } = this.#parts;
    const { decided, ended, receipt } = await others.untilCurrent(async () => {
      const decided = await decideApproved(decider, approval, by, isKnownSame);
      const { outcome, decision_id } = decided.decision;
      const ended = endedBy(approval, resolution, outcome === 'DISPATCH' ? 'approved' : 'stale', decision_id);
      const entry = this.#record.entry(ended, resolution);
      return { decided, ended, receipt: await recorder.record(decided, approval.mode, [entry]) };
    });
    const { decision } = decided;
    this.#record.settle(ended);
    if (ended.state !== 'approved') throw stale(decision);
    const executed =
      approval.mode === 'dispatch'
        ? await this.#parts.executor.execute(decided, receipt, { keepResult: true, depth: approval.depth })
        : null;
    return {
      approval: ended,
      decision,
      receipt: JSON.parse(receipt) as Receipt,
      outcome_receipt: executed?.outcome_receipt ?? null,
    };
  }

  /** Accepts the result of a human who did the work instead of the worker. */
  async #acceptResult(
    approval: Approval,
    resolution: Resolution,
    { result }: ResolutionRequest,
    by: Principal,
  ): Promise<Resolved> {
    const now = await bindingNow(this.#parts.decider, approval);
    if (now !== approval.binding) return this.#approve(approval, resolution, by, false);
    const ended = endedBy(approval, resolution, 'approved', null);
    const { receipt: held } = await decisionReceiptOf(this.#parts.store, approval.approval_id);
    const [receipt, outcome] = await this.#parts.journal.append(
      this.#record.entry(ended, resolution),
      resultEntry(approval, held, resolution, result),
    );
    this.#record.settle(ended);
    return {
      approval: ended,
      decision: null,
      receipt: JSON.parse(receipt?.receipt as string),
      outcome_receipt: JSON.parse(outcome?.receipt as string),
    };
  }

  async #escalate(
    approval: Approval,
    resolution: Resolution,
    wanted: SupervisorLevel | null,
  ): Promise<Resolved> {
    const { freezes } = this.#parts;
    const level = levelAbove(approval.level, wanted);
    const step = { ...resolution, from_level: approval.level };
    const raised: Approval = { ...approval, level, history: [...approval.history, step] };
    const freeze = level === 'incident_commander' ? incidentFreeze(raised, resolution.at) : null;
    const before = freeze === null ? null : freezes.apply(freeze);
    const stopped =
      freeze === null
        ? []
        : [{ changes: [freezeChange(freeze)], events: { tenant_id: null, list: [frozenEvent(freeze)] } }];
    try {
      const resolved = await this.#record.wait(raised, step, stopped);
      if (freeze !== null) await freezes.stored(freeze);
      return resolved;
    } catch (error) {
      if (freeze !== null) await freezes.withdraw(freeze, before);
      throw error;
    }
  }
}
