import type { Freeze } from '@wcp/spec/hall';
import type { Decided } from '../dispatch/decider.ts';
import type { HumanReview, Review } from '../dispatch/recorder.ts';
import { type Approval, approvalChange, approvalOf } from './approval.ts';
import { type ApprovalDemand, demandedOf } from './demand/approval-demand.ts';
import type { Notifier } from './notification/notifier.ts';
import type { PendingApprovals } from './pending-approvals.ts';

/** Creates the review that holds decisions for a human, and notifies humans of those that went on. */
export function createHumanReview(
  pendingApprovals: PendingApprovals,
  notifier: Notifier,
  demands: readonly ApprovalDemand[],
): HumanReview {
  return {
    open(decided, mode) {
      const approval = reviewedBy(decided, mode, demands);
      return approval === null ? null : reviewOf(approval, pendingApprovals, notifier);
    },
  };
}

function reviewOf(approval: Approval, pendingApprovals: PendingApprovals, notifier: Notifier): Review {
  const isPending = approval.state === 'pending';
  if (isPending) pendingApprovals.reserve(approval);
  const notice = { kind: isPending ? 'pending' : 'advised', approval } as const;
  return {
    changes: [approvalChange(approval), ...notifier.changes(notice, approval.created_at)],
    freeze:
      isPending && approval.level === 'incident_commander'
        ? incidentFreeze(approval, approval.created_at)
        : null,
    announce() {
      if (isPending) pendingApprovals.put(approval);
      notifier.send(notice);
    },
    withdraw() {
      if (isPending) pendingApprovals.giveUp(approval);
    },
  };
}

function reviewedBy(
  { received, decision, facts, observation }: Decided,
  mode: Approval['mode'],
  demands: readonly ApprovalDemand[],
): Approval | null {
  const isHeld = decision.outcome === 'STEWARD_HOLD';
  // A human has seen an approved dispatch already; an advised one must still be announced.
  const isAdvised = decision.outcome === 'DISPATCH' && decision.supervisor_level === 'advisory';
  if ((!isHeld && !isAdvised) || decision.dry_run) return null;
  const depth = facts.chain?.depth ?? 0;
  return approvalOf(received.text as string, decision, observation.facts, {
    mode,
    depth,
    requested_by: received.requested_by,
    demanded: demandedOf(decision, demands),
  });
}

/** The freeze of a correlation that an incident commander has taken over. */
export function incidentFreeze({ approval_id, tenant_id, correlation_id }: Approval, at: string): Freeze {
  return {
    scope: 'correlation',
    value: correlation_id,
    tenant_id,
    reason: `An incident commander has taken over (approval ${approval_id}).`,
    frozen_at: at,
    frozen_by: 'hall',
  };
}
