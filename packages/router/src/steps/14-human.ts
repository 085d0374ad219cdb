import type { Denial } from '../evaluation/denial.ts';
import type { ScoredEvaluation } from '../evaluation/evaluation.ts';
import { matches } from '../world/condition.ts';
import { hold, ruleLevel } from './hold.ts';

/** Step 14: the rule requires no human. */
export function checkHuman(current: ScoredEvaluation): Denial | null {
  if (requiresHuman(current)) hold(current, 'RULE', ruleLevel(current));
  return null;
}

/** Whether the rule requires a human for this input at this blast score (section 4.1). */
function requiresHuman({ rule, input, blast_score }: ScoredEvaluation): boolean {
  return (
    rule.human_default ||
    rule.human_if.some(
      ({ match, blast_score_gte }) => blast_score >= blast_score_gte && matches(match, input),
    )
  );
}
