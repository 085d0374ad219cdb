import { type Denial, deny, type Evaluation, isStrict } from '../decision/evaluation.ts';
import type { CompiledRule } from '../world/compiled-rule.ts';
import { matches } from '../world/condition.ts';
import { cellOf, NONE } from '../world/rule-table.ts';

/** Step 1: the input is valid. */
export function checkInput({ input }: Evaluation): Denial | null {
  if (input.deny_code === null) return null;
  return input.deny_code === 'DENY_INVALID_INPUT'
    ? deny(input.deny_code, { findings: input.findings.map((finding) => ({ ...finding })) })
    : deny(input.deny_code);
}

/** Step 2: the world compiled without errors. */
export function checkWorld({ engine }: Evaluation): Denial | null {
  return engine.broken ? deny('DENY_HALL_MISCONFIGURED') : null;
}

/** Right after step 2: the facts have their form (section 4.4). */
export function checkFacts({ facts }: Evaluation): Denial | null {
  return facts.ok ? null : deny('DENY_INTERNAL_ERROR');
}

/** Step 3: nothing is frozen. */
export function checkFreeze({ facts }: Evaluation): Denial | null {
  return facts.frozen ? deny('DENY_FROZEN') : null;
}

/** Step 4: the tenant is a signatory, where the Hall asks for one. */
export function checkSignatory({ engine: { settings }, input }: Evaluation): Denial | null {
  if (!settings.require_signatory || settings.allowed_tenants.has(input.tenant_id as string)) return null;
  return deny('DENY_UNKNOWN_TENANT', { tenant_id: settings.redact_tenant ? null : input.tenant_id });
}

/** Step 5: a credential that is valid and this tenant's, where the Hall asks for one. */
export function checkCredential({ engine, facts, input }: Evaluation): Denial | null {
  if (!engine.settings.require_credential) return null;
  const good = facts.credential?.valid === true && facts.credential.tenant_id === input.tenant_id;
  return good ? null : deny('DENY_TENANT_CREDENTIAL_INVALID');
}

/** Step 6: the policy version, where the caller names one. */
export function checkPolicyVersion({ engine: { settings }, input }: Evaluation): Denial | null {
  if (input.policy_version === null || input.policy_version === settings.policy_version) return null;
  return deny('DENY_POLICY_VERSION_MISMATCH', { expected: settings.policy_version });
}

/** Step 7: no dead rule, in prod and edge. */
export function checkShadowing(current: Evaluation): Denial | null {
  const dead = current.engine.dead_rules;
  if (dead.length === 0 || !isStrict(current)) return null;
  return deny('DENY_SHADOW_RULES_DETECTED', { dead_rules: [...dead] });
}

/** Step 8: the first rule that matches. */
export function matchRule(current: Evaluation): Denial | null {
  const { engine, input } = current;
  const position = engine.table.first(
    input.capability_id as string,
    input.tenant_id as string,
    cellOf(input),
  );
  const rule = position === NONE ? undefined : engine.rules[position];
  current.matched_rule_id = rule?.rule_id ?? 'NO_MATCH';
  if (rule === undefined) return deny('DENY_NO_MATCHING_RULE');
  current.rule = rule;
  return null;
}

/** Whether the rule asks for a human for this input at this blast score (section 4.1). */
export function asksForHuman({ rule, input, blast_score }: Evaluation): boolean {
  const { human_default, human_if } = rule as CompiledRule;
  return (
    human_default ||
    human_if.some(
      ({ match, blast_score_gte }) => (blast_score as number) >= blast_score_gte && matches(match, input),
    )
  );
}
