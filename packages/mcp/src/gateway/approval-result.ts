import type { KnownApproval } from '@wcp/hall';
import type { WorkerResult } from '@wcp/spec';
import type { CallOutcome } from '../base/gateway.ts';
import { isObject, ownMember } from '../base/members.ts';
import { executedOutcome, type RefusalForm } from './decision-outcome.ts';

/**
 * The result of an approved dispatch, null while it runs: that of the worker, or of the human who did the work.
 *
 * @param form that of what is not a tool (default: the result of a tool)
 */
export function approvalResult(approval: KnownApproval, form?: RefusalForm): CallOutcome | null {
  const { result, level, has_ended, delivery_code } = approval;
  if (!has_ended) return null;
  if (level !== 'gatekeeper')
    return { kind: 'result', result: form === undefined ? toolResult(result) : result };
  // What the Hall keeps of a gatekeeper's approval is what the delivery gave it.
  return executedOutcome({ result: result as WorkerResult | null, delivery_code }, form);
}

/** What a human did, in the form that the result of a tool has. */
function toolResult(result: unknown): unknown {
  if (Array.isArray(ownMember(result, 'content'))) return result;
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  return { content: [{ type: 'text', text }], ...(isObject(result) && { structuredContent: result }) };
}
