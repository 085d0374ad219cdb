import { type Denial, deny } from '../evaluation/denial.ts';
import { type AcceptedEvaluation, isStrict } from '../evaluation/evaluation.ts';

/** Step 7: no rule is dead, in prod and edge. */
export function checkDeadRules(current: AcceptedEvaluation): Denial | null {
  const dead = current.engine.dead_rules;
  if (dead.length === 0 || !isStrict(current)) return null;
  return deny('DENY_SHADOW_RULES_DETECTED', { dead_rules: [...dead] });
}
