import { type Denial, deny } from '../evaluation/denial.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';

/** Step 2: the world compiled without errors. */
export function checkWorld({ engine }: Evaluation): Denial | null {
  return engine.broken ? deny('DENY_HALL_MISCONFIGURED') : null;
}

/** Right after step 2: the facts have their form (section 4.4). */
export function checkFacts({ facts }: Evaluation): Denial | null {
  return facts.ok ? null : deny('DENY_INTERNAL_ERROR');
}
