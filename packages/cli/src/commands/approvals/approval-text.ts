import type { Approval, ResolvedApproval } from '@wcp/spec/hall';
import type { Colours } from '../../base/terminal.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';

/** Pending approvals, one per line. */
export function approvalListText(approvals: readonly Approval[], { bold }: Colours): string {
  if (approvals.length === 0) return 'No approval is pending.\n';
  const lines = approvals.map((each) => [
    each.approval_id,
    each.level,
    each.tenant_id,
    each.capability_id,
    each.expires_at,
    reasonsOf(each),
  ]);
  return tableText(['approval', 'level', 'tenant', 'capability', 'expires', 'why'], lines, bold);
}

/** One approval with everything that a steward needs to see. */
export function approvalText(approval: Approval, { bold, dim }: Colours): string {
  const { decision, history, input, result } = approval;
  const table = rows(
    [
      ['state', approval.state],
      ['level', approval.level],
      ['tenant', escaped(approval.tenant_id)],
      ['why', reasonsOf(approval)],
      ['worker', decision.escalation_context?.worker_id ?? null],
      ['rule', escaped(decision.matched_rule_id)],
      ['correlation', escaped(approval.correlation_id)],
      ['created', approval.created_at],
      ['expires', approval.expires_at],
      ...history.map((step) => [step.action, stepText(step)] as const),
    ],
    2,
    dim,
  );
  const resultText = result === null ? '' : `The result:\n${jsonText(result)}`;
  return `${bold(approval.capability_id)}\n${table}The request:\n${jsonText(input)}${resultText}`;
}

function stepText({ by, at, reason }: Approval['history'][number]): string {
  return `by ${escaped(by)}, ${at}${reason === null ? '' : `: ${escaped(reason)}`}`;
}

function reasonsOf({ decision }: Approval): string {
  return (decision.escalation_context?.reasons ?? []).map(({ reason }) => reason).join(', ');
}

/** An approval after it was resolved. */
export function resolvedText({ approval, outcome_receipt }: ResolvedApproval, { bold }: Colours): string {
  const outcome = outcome_receipt?.outcome ?? null;
  const { state, level, result } = approval;
  const table = rows([
    ['state', state === 'pending' ? `pending at supervisor level ${level}` : state],
    ['outcome', outcome === null ? null : outcome.status],
  ]);
  const resultText = result === null || result === undefined ? '' : `The result:\n${jsonText(result)}`;
  return `${bold(approval.capability_id)}\n${table}${resultText}`;
}
