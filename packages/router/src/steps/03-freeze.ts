import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';

/** Step 3: nothing is frozen. */
export function checkFreeze({ facts }: AcceptedEvaluation): Denial | null {
  return facts.frozen ? deny('DENY_FROZEN') : null;
}
