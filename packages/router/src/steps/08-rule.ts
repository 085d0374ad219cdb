import { type Denial, deny } from '../evaluation/denial.ts';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';
import { cellOf, NONE } from '../world/rule-table.ts';

/** Step 8: a rule matches; the first one counts. */
export function matchRule(current: AcceptedEvaluation): Denial | null {
  const { engine, input } = current;
  const position = engine.table.first(input.capability_id, input.tenant_id, cellOf(input));
  const rule = position === NONE ? undefined : engine.rules[position];
  current.matched_rule_id = rule?.rule_id ?? 'NO_MATCH';
  if (rule === undefined) return deny('DENY_NO_MATCHING_RULE');
  current.rule = rule;
  return null;
}
