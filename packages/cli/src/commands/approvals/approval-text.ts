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
      ['needs', needsOf(approval)],
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

type Step = Approval['history'][number];

function stepText({ by, at, reason, via, quorum, confirmation }: Step): string {
  const how = [
    ...(via === undefined ? [] : [`in ${escaped(via)}`]),
    ...(confirmation === undefined ? [] : ['with a passkey']),
    ...(quorum === undefined ? [] : [`${quorum.count} of ${quorum.needed}`]),
  ];
  return `by ${[escaped(by), ...how, at].join(', ')}${reason === null ? '' : `: ${escaped(reason)}`}`;
}

/** What its approval needs beside one steward; null where that is enough. */
function needsOf({ demanded: { quorum, stewards, confirmation } }: Approval): string | null {
  const needs = [
    ...(quorum > 1 ? [`${quorum} stewards`] : []),
    ...(stewards === null ? [] : [`only ${stewards.map(escaped).join(', ') || 'nobody'}`]),
    ...(confirmation === null ? [] : ['a passkey, on the page of the approval']),
  ];
  return needs.length === 0 ? null : needs.join('; ');
}

function stateText({ state, level, history }: Approval): string {
  const quorum = history.at(-1)?.quorum;
  if (history.at(-1)?.action === 'withdraw') return 'withdrawn by whoever asked for it';
  if (state !== 'pending') return state;
  return quorum === undefined
    ? `pending at supervisor level ${level}`
    : `pending: ${quorum.count} of ${quorum.needed} stewards have approved; nothing has run`;
}

function reasonsOf({ decision }: Approval): string {
  return (decision.escalation_context?.reasons ?? []).map(({ reason }) => reason).join(', ');
}

/** An approval after it was resolved. */
export function resolvedText({ approval, outcome_receipt }: ResolvedApproval, { bold }: Colours): string {
  const outcome = outcome_receipt?.outcome ?? null;
  const { result } = approval;
  const table = rows([
    ['state', stateText(approval)],
    ['outcome', outcome === null ? null : outcome.status],
  ]);
  const resultText = result === null || result === undefined ? '' : `The result:\n${jsonText(result)}`;
  return `${bold(approval.capability_id)}\n${table}${resultText}`;
}
