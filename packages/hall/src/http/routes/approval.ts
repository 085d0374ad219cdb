import type { Approval as ShownApproval } from '@wcp/spec/hall';
import { admitResolver } from '../../approval/admission.ts';
import type { Approval } from '../../approval/approval.ts';
import type { Resolved } from '../../approval/approval-record.ts';
import { ageOf } from '../../approval/pending-approvals.ts';
import type { ResolutionRequest } from '../../approval/resolution-request.ts';
import { ProblemError } from '../../base/problem.ts';
import type { Principal } from '../../identity/principal.ts';
import { visibleTenant } from '../access.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, readPage, withOmitted } from '../pagination.ts';
import type { Routes } from '../route.ts';
import { readInput, readResult } from '../stored.ts';

/** Requests that wait for a human, and what the human does (sections 5 and 9). */
export const APPROVAL_ROUTES = {
  listPendingApprovals: {
    async handle({ hall, query }) {
      const { items, next_cursor } = cut(hall.pendingApprovals.pending(), ageOf, readPage(query));
      const shown = items.map((approval) => show(approval, hall, null));
      // Those that nobody can read have no place among the others: the last page counts them.
      const where = { state: 'pending' };
      const lost = next_cursor === null ? await hall.storage.payloads.lost('approvals', { where }) : [];
      return withOmitted({ items: shown, next_cursor }, lost.length);
    },
  },
  showApproval: {
    async handle({ hall, params: { approval_id }, principal }) {
      const approval = await hall.pendingApprovals.find(approval_id);
      const tenant = visibleTenant(principal);
      if (approval === null || (tenant !== null && approval.tenant_id !== tenant)) {
        throw new ProblemError('NOT_FOUND', 'There is no such approval.');
      }
      return showWithResult(approval, hall);
    },
  },
  withdrawApproval: {
    async handle({ hall, params: { approval_id }, principal }) {
      return showResolved(await hall.approvalService.withdraw(approval_id, principal), hall);
    },
  },
  resolveApproval: {
    handle: ({ hall, body, principal }) => resolve(hall, body, principal),
  },
  escalateApproval: {
    handle: ({ hall, body, principal }) => resolve(hall, { ...body, resolution: 'escalate' }, principal),
  },
  confirmApproval: {
    async handle({ hall, params: { approval_id }, body: { result }, principal }) {
      const at = hall.clock.timestamp();
      const approval = await hall.pendingApprovals.waiting(approval_id, principal, at, admitResolver);
      return hall.confirmations.begin(approval, principal, result);
    },
  },
} satisfies Partial<Routes>;

async function resolve(hall: HallParts, request: ResolutionRequest, by: Principal) {
  return showResolved(await hall.approvalService.resolve(request, by), hall);
}

async function showResolved(resolved: Resolved, hall: HallParts) {
  return { ...resolved, approval: await showWithResult(resolved.approval, hall) };
}

/** An approval as its readers see it: with the worker's result, or that of the human who did the work instead. */
export async function showWithResult(approval: Approval, hall: HallParts): Promise<ShownApproval> {
  const { approval_id, resolved_decision_id, state } = approval;
  if (state !== 'approved') return show(approval, hall, null);
  const stored = await hall.storage.store.get('results', resolved_decision_id ?? approval_id);
  return show(approval, hall, readResult(stored));
}

function show({ binding: _, input, ...approval }: Approval, hall: HallParts, result: unknown): ShownApproval {
  const demanded = hall.approvers.demanded(approval);
  return {
    ...approval,
    demanded,
    input: readInput(input),
    containment: containmentOf(approval, hall),
    result,
  };
}

/** How far the worker that would run is held to its envelope, for the human who approves that it runs. */
function containmentOf({ decision }: Pick<Approval, 'decision'>, { deliveries }: HallParts) {
  const worker = decision.escalation_context?.worker_id ?? decision.worker_id;
  return worker === null ? null : (deliveries.get(worker)?.containment?.() ?? null);
}
