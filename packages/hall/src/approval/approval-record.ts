import type { Receipt, RouteDecision } from '@wcp/spec';
import type { Journal, JournalEntry } from '../storage/journal.ts';
import { type Approval, approvalChange, endedBy, type Resolution } from './approval.ts';
import { approvalEvidence } from './approval-receipt.ts';
import type { Notifier } from './notification/notifier.ts';
import type { PendingApprovals } from './pending-approvals.ts';

/** The result of a resolution. */
export interface Resolved {
  readonly approval: Approval;
  /** The new decision; null where none was made. */
  readonly decision: RouteDecision | null;
  readonly receipt: Receipt;
  readonly outcome_receipt: Receipt | null;
}

/** Makes durable what humans did about a hold, with the evidence of it, and tells the others. */
export class ApprovalRecord {
  readonly #journal: Journal;
  readonly #pending: PendingApprovals;
  readonly #notifier: Notifier;

  constructor(parts: {
    readonly journal: Journal;
    readonly pendingApprovals: PendingApprovals;
    readonly notifier: Notifier;
  }) {
    this.#journal = parts.journal;
    this.#pending = parts.pendingApprovals;
    this.#notifier = parts.notifier;
  }

  /** What a steward did is durable, humans are told, and the hold waits on. */
  async wait(approval: Approval, step: Resolution, more: readonly JournalEntry[] = []): Promise<Resolved> {
    const notice = { kind: 'pending', approval } as const;
    const entry = this.entry(approval, step);
    const changes = [...(entry.changes ?? []), ...this.#notifier.changes(notice, step.at)];
    const [appended] = await this.#journal.append({ ...entry, changes }, ...more);
    this.#pending.put(approval);
    this.#notifier.send(notice);
    const receipt = JSON.parse(appended?.receipt as string) as Receipt;
    return { approval, decision: null, receipt, outcome_receipt: null };
  }

  /** The hold has ended, and nothing is carried out. */
  async end(approval: Approval, resolution: Resolution, state: 'denied' | 'expired'): Promise<Resolved> {
    const ended = endedBy(approval, resolution, state, null);
    const [appended] = await this.#journal.append(this.entry(ended, resolution));
    this.settle(ended);
    const receipt = JSON.parse(appended?.receipt as string) as Receipt;
    return { approval: ended, decision: null, receipt, outcome_receipt: null };
  }

  /** The evidence of what a human did, the new state and the notices, in one entry. */
  entry(approval: Approval, resolution: Resolution): JournalEntry {
    const { approval_id, tenant_id, correlation_id, state, level } = approval;
    const event_id =
      resolution.action === 'expire' ? 'org.wcp.hall.approval-expired' : 'org.wcp.hall.approval-resolved';
    const { action, at: timestamp, by } = resolution;
    const notice = { kind: 'resolved', approval } as const;
    const isEnded = state !== 'pending';
    const event = { event_id, timestamp, approval_id, correlation_id, action, by, state, level };
    const since = this.#pending.since(approval_id);
    return {
      ...(since !== undefined && { since }),
      evidence: approvalEvidence(approval, resolution),
      changes: [approvalChange(approval), ...(isEnded ? this.#notifier.changes(notice, timestamp) : [])],
      events: { tenant_id, list: [event] },
    };
  }

  /** Called once the end of a hold is durable. */
  settle(approval: Approval): void {
    this.#pending.settle(approval.approval_id);
    this.#notifier.send({ kind: 'resolved', approval });
  }
}
