import type { KnownApproval } from '@wcp/hall';
import type { WorkerResult } from '@wcp/spec';
import type { CallOutcome } from '../base/gateway.ts';
import { executedOutcome, type RefusalForm } from './decision-outcome.ts';

/** The result of an approved dispatch, null while it runs: that of the worker, or of the human who did the work. */
export function approvalResult(approval: KnownApproval, form?: RefusalForm): CallOutcome | null {
  const { result, level, has_ended, delivery_code } = approval;
  if (!has_ended) return null;
  if (level !== 'gatekeeper') return { kind: 'result', result };
  // What the Hall keeps of a gatekeeper's approval is what the delivery gave it.
  return executedOutcome({ result: result as WorkerResult | null, delivery_code }, form);
}
