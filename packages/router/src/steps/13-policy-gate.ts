import type { SupervisorLevel } from '@wcp/spec';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { ScoredEvaluation } from '../evaluation/evaluation.ts';
import { devAllowGate, type PolicyGateRequest, type PolicyVerdict } from '../world/policy-gate.ts';
import { hold, ruleLevel } from './hold.ts';
import { askGate, type GateAnswer, readVerdict } from './policy-verdict.ts';

/** Step 13: the policy gate allows it, where the rule requires the gate. */
export function askPolicyGate(current: ScoredEvaluation): Denial | null {
  if (!current.rule.policy_gate) return null;
  const answer = gateAnswer(current);
  if (answer === null) return deny('DENY_POLICY_GATE_UNCONFIGURED');
  if (answer === 'invalid') return deny('DENY_POLICY_GATE_INVALID_RESPONSE');
  if (answer === 'error') return deny('DENY_POLICY_GATE_ERROR');
  if (answer.decision === 'DENY') {
    return deny('DENY_POLICY_GATE', { reason: answer.reason, policy_version: answer.policy_version });
  }
  current.verdict = answer;
  if (answer.decision === 'REQUIRE_HUMAN') hold(current, 'POLICY_GATE', verdictLevel(current, answer));
  return null;
}

/** The verdict that came with the facts, else the answer of the gate in this process; null without either. */
function gateAnswer(current: ScoredEvaluation): GateAnswer | null {
  const { engine, facts, input } = current;
  if (facts.has_policy) return readVerdict(facts.policy);
  if (engine.gate === null || (engine.gate === devAllowGate && input.env !== 'dev')) return null;
  return askGate(engine.gate, gateRequest(current));
}

function gateRequest({ engine, input, rule, worker, blast_score }: ScoredEvaluation): PolicyGateRequest {
  const { worker_id, species, authority, risk_tier, envelope_json } = worker;
  return {
    capability_id: input.capability_id,
    tenant_id: input.tenant_id,
    env: input.env,
    data_label: input.data_label,
    tenant_risk: input.tenant_risk,
    qos_class: input.qos_class,
    policy_version: engine.settings.policy_version,
    rule_id: rule.rule_id,
    worker_id,
    worker_species_id: species,
    authority,
    risk_tier,
    blast_score,
    privilege_envelope: envelope_json === null ? null : JSON.parse(envelope_json),
    privilege_context:
      input.privilege_context_json === null ? null : JSON.parse(input.privilege_context_json),
  };
}

/** Only an own member names a level: what `Object.prototype` says is not the gate's. */
function verdictLevel(
  current: ScoredEvaluation,
  verdict: PolicyVerdict & { readonly decision: 'REQUIRE_HUMAN' },
): SupervisorLevel {
  const named = Object.hasOwn(verdict, 'supervisor_level') ? verdict.supervisor_level : undefined;
  return named ?? ruleLevel(current);
}
