import type { Denial, RunContext } from '@wcp/worker-kit';
import { HallProblem } from './hall/hall-problem.ts';
import type { StewardClient } from './hall/steward-client.ts';
import type { Request, Resolution } from './schema.ts';

/** The members of the context that a run needs. */
type Context = Pick<RunContext, 'correlation_id' | 'signal' | 'deny'>;

/** Resolves a hold at the Hall; a problem from the Hall is a denial with the Hall's code. */
export async function resolveApproval(
  hall: StewardClient,
  request: Request,
  { correlation_id, signal, deny }: Context,
): Promise<Resolution | Denial> {
  const resolved = await hall.resolve(request, { correlation_id, signal });
  if (resolved instanceof HallProblem) return deny(resolved.code, resolved.message);
  const { approval, receipt, outcome_receipt } = resolved;
  return {
    approval_id: approval.approval_id,
    state: approval.state,
    level: approval.level,
    resolved_decision_id: approval.resolved_decision_id,
    outcome: outcome_receipt?.outcome?.status ?? null,
    receipt_hash: receipt.receipt_hash,
    outcome_receipt_hash: outcome_receipt?.receipt_hash ?? null,
  };
}
