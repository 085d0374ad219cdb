import { DENY_CODES, type DenyCode, type RouteDecision, type Rule, type Rules } from '@wcp/spec';

type Condition = Rule['match']['capability_id'];

/** The values that a condition of a valid rule names; null if it takes every value. */
export function namedValues(condition: Condition): readonly string[] | null {
  if (condition === undefined) return null;
  if (typeof condition === 'string') return [condition];
  if ('eq' in condition) return [condition.eq];
  return 'in' in condition ? condition.in : null;
}

/** The capabilities that rules name, in alphabetical order. */
export function namedCapabilities(rules: Rules): string[] {
  return [...new Set(rules.flatMap(({ match }) => namedValues(match.capability_id) ?? []))].sort();
}

/** The step of section 5 that matches rules. */
const MATCHING = DENY_CODES.DENY_NO_MATCHING_RULE.step;

/** Whether a request came as far as the rules, also where none of them took it. */
export function reachedRules({ deny_code }: RouteDecision): boolean {
  return deny_code === null || DENY_CODES[deny_code as DenyCode].step >= MATCHING;
}

/** The id of the rule that took a request; null if none did, whatever rules are called. */
export function takingRule(decision: RouteDecision): string | null {
  const isTaken = reachedRules(decision) && decision.deny_code !== 'DENY_NO_MATCHING_RULE';
  return isTaken ? decision.matched_rule_id : null;
}
