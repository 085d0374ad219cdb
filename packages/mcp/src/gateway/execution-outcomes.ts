import type { KnownApproval } from '@wcp/hall';
import type { WorkerResult } from '@wcp/spec';
import type { CallOutcome } from '../base/gateway.ts';
import { isObject, ownMember } from '../base/members.ts';
import { type DispatchEnd, executedOutcome, type RefusalForm } from './decision-outcome.ts';

/** How a call that ran ended, for its client. */
export interface ExecutionOutcomes {
  /** Of a dispatch that was executed. */
  executed(end: Omit<DispatchEnd, 'decision'>): CallOutcome;
  /** Of a call that a human answered in the worker's place. */
  answered(result: unknown): CallOutcome;
}

/**
 * The outcomes of what an MCP server does: its result passes as it is.
 *
 * @param form how a refusal of what is not a tool is told (default: as the result of a tool)
 */
export function toolOutcomes(form?: RefusalForm): ExecutionOutcomes {
  return {
    executed: (end) => executedOutcome(end, form),
    answered: (result) => ({ kind: 'result', result: form === undefined ? toolResult(result) : result }),
  };
}

/** The result of an approved dispatch, null while it runs: that of the worker, or of the human who did the work. */
export function approvalResult(approval: KnownApproval, outcomes: ExecutionOutcomes): CallOutcome | null {
  const { result, level, has_ended, delivery_code } = approval;
  if (!has_ended) return null;
  if (level !== 'gatekeeper') return outcomes.answered(result);
  // What the Hall keeps of a gatekeeper's approval is what the delivery gave it.
  return outcomes.executed({ result: result as WorkerResult | null, delivery_code });
}

/** What a human did, in the form that the result of a tool has. */
function toolResult(result: unknown): unknown {
  if (Array.isArray(ownMember(result, 'content'))) return result;
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  return { content: [{ type: 'text', text }], ...(isObject(result) && { structuredContent: result }) };
}
