import { ReceiptSchema, RouteDecisionSchema } from '@wcp/spec/document';
import { Type } from 'typebox';
import type { Approval } from '../../approval/approval.ts';
import type { Resolved } from '../../approval/approval-service.ts';
import { ageOf } from '../../approval/pending-approvals.ts';
import { ProblemError } from '../../base/problem.ts';
import { OVERSEERS, principalOf, READERS, visibleTenant } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, pageQuery, readPage } from '../pagination.ts';
import { ApprovalSchema, answers, closed, items, levelSchema, nullable } from '../wire.ts';

const id = Type.String({ minLength: 1, maxLength: 64 });
const reason = Type.Optional(nullable(Type.String({ maxLength: 2000 })));
const ResolvedSchema = closed({
  approval: ApprovalSchema,
  decision: nullable(RouteDecisionSchema),
  receipt: ReceiptSchema,
  outcome_receipt: nullable(ReceiptSchema),
});
const PROBLEMS = [400, 401, 403, 404, 409, 410, 429, 503];

/** What waits for a human, and what the human does (section 9). */
export function addApprovalRoutes(app: HallApp, parts: HallParts): void {
  const { pendingApprovals, approvalService, storage } = parts;
  const show = async (approval: Approval) => showApproval(approval, await resultOf(storage, approval));
  const answer = async (resolved: Resolved) => ({ ...resolved, approval: await show(resolved.approval) });
  app.get(
    '/wcp/approvals/pending',
    {
      config: { access: OVERSEERS },
      schema: {
        operationId: 'listPendingApprovals',
        summary: 'The holds that wait, the oldest first',
        querystring: closed(pageQuery),
        response: answers({ 200: items(ApprovalSchema) }),
      },
    },
    async ({ query }) => {
      const { items: found, next_cursor } = cut(pendingApprovals.pending(), ageOf, readPage(query));
      return { items: found.map((approval) => showApproval(approval, null)), next_cursor } as never;
    },
  );
  app.get(
    '/wcp/approvals/:approval_id',
    {
      config: { access: READERS },
      schema: {
        operationId: 'showApproval',
        summary: 'A hold, and what became of it: also for the tenant that asked',
        params: closed({ approval_id: id }),
        response: answers({ 200: ApprovalSchema }, [400, 401, 403, 404, 429, 503]),
      },
    },
    async (request) => {
      const approval = await pendingApprovals.find(request.params.approval_id);
      const tenant = visibleTenant(principalOf(request));
      if (approval === null || (tenant !== null && approval.tenant_id !== tenant)) {
        throw new ProblemError('NOT_FOUND', 'There is no such approval.');
      }
      return (await show(approval)) as never;
    },
  );
  app.post(
    '/wcp/approvals/resolve',
    {
      config: { access: ['steward'] },
      schema: {
        operationId: 'resolveApproval',
        summary: 'Approve, deny or escalate a hold',
        description:
          'What is approved is decided anew first: where rules, configuration, the worker or its code changed, it is denied. At the levels executor and incident_commander an approval brings the result of what the human did.',
        body: closed({
          approval_id: id,
          resolution: Type.Enum(['approve', 'deny', 'escalate']),
          reason,
          result: Type.Optional(Type.Unknown()),
          level: Type.Optional(levelSchema),
        }),
        response: answers({ 200: ResolvedSchema }, PROBLEMS),
      },
    },
    async (request) =>
      (await answer(await approvalService.resolve(request.body as never, principalOf(request)))) as never,
  );
  app.post(
    '/wcp/approvals/escalate',
    {
      config: { access: ['steward'] },
      schema: {
        operationId: 'escalateApproval',
        summary: 'Raise a hold to a higher level',
        body: closed({ approval_id: id, level: Type.Optional(levelSchema), reason }),
        response: answers({ 200: ResolvedSchema }, PROBLEMS),
      },
    },
    async (request) => {
      const escalation = { ...request.body, resolution: 'escalate' } as never;
      return (await answer(await approvalService.resolve(escalation, principalOf(request)))) as never;
    },
  );
}

function showApproval({ binding: _, input, ...approval }: Approval, result: unknown) {
  return { ...approval, input: JSON.parse(input) as unknown, result };
}

/** What came of a hold: the worker's result, or that of the human who did it instead. */
async function resultOf(
  { store }: HallParts['storage'],
  { approval_id, resolved_decision_id, state }: Approval,
): Promise<unknown> {
  if (state !== 'approved') return null;
  const row = await store.get('results', resolved_decision_id ?? approval_id);
  return row === null ? null : ((JSON.parse(row.document) as { result: unknown }).result ?? null);
}
