// R5 by brute force: every cell, every named capability and tenant, one further value of each.
import { ENVS, LABELS, QOS, RISKS } from './ids.ts';
import { type Obj, own } from './json.ts';
import { conditionHolds, matches, parseRules, type Rule } from './rules.ts';

interface DeadRule {
  readonly rule_id: string;
  readonly covered_by: string[];
}

// No id can look like this, so no rule names it.
const OTHER = '(other)';

/** The dead rules of a rules document, none where the document has errors. */
export const naiveDeadRules = (document: unknown): DeadRule[] => deadRules(parseRules(document) ?? []);

export function deadRules(rules: readonly Rule[]): DeadRule[] {
  return rules.flatMap((rule) => {
    const covering = coveringRules(rules, rule);
    return covering === null
      ? []
      : [{ rule_id: rule.rule_id, covered_by: rules.filter((r) => covering.has(r)).map((r) => r.rule_id) }];
  });
}

/** The rules that come first at the inputs of one rule, null where it comes first itself somewhere. */
function coveringRules(rules: readonly Rule[], rule: Rule): Set<Rule> | null {
  const covering = new Set<Rule>();
  for (const input of inputsOf(rules, rule)) {
    const first = rules.find(({ match }) => matches(match, input)) ?? rule;
    if (first === rule) return null;
    covering.add(first);
  }
  return covering;
}

/** Every input that a rule takes, whatever stands before it. */
function* inputsOf(rules: readonly Rule[], { match }: Rule): Generator<Obj> {
  const taken = (name: string, values: readonly unknown[]): unknown[] =>
    values.filter((value) => conditionHolds(own(match, name), value));
  for (const capability_id of taken('capability_id', [...named(rules, 'capability_id'), OTHER]))
    for (const tenant_id of taken('tenant_id', [...named(rules, 'tenant_id'), OTHER]))
      for (const env of taken('env', ENVS))
        for (const data_label of taken('data_label', LABELS))
          for (const tenant_risk of taken('tenant_risk', RISKS))
            for (const qos_class of taken('qos_class', QOS))
              yield { capability_id, tenant_id, env, data_label, tenant_risk, qos_class };
}

/** The values that the rules' conditions on a member name. */
function named(rules: readonly Rule[], member: string): Set<unknown> {
  const values = rules.flatMap(({ match }) => {
    const condition = own(match, member);
    const list = own(condition, 'in');
    if (Array.isArray(list)) return list as unknown[];
    return [typeof condition === 'string' ? condition : own(condition, 'eq')];
  });
  return new Set(values.filter((value) => value !== undefined));
}
