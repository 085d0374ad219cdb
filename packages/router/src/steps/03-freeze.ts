import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';
import { shownReason } from '../evaluation/shown-reason.ts';

/** Step 3: nothing is frozen. The message gives the reason of whoever froze it. */
export function checkFreeze(current: AcceptedEvaluation): Denial | null {
  const { frozen } = current.facts;
  return frozen === null ? null : deny('DENY_FROZEN', undefined, reasonText(frozen, current));
}

function reasonText(reason: string, current: AcceptedEvaluation): string {
  return reason.trim() === '' ? '' : `The reason given: "${shownReason(reason, current)}".`;
}
