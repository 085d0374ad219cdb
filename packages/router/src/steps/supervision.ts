import { canonicalJson, type Env, type RouteDecision, type SupervisorLevel, sha256 } from '@wcp/spec';
import { addSeconds, digestText, type HoldReason, SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { type Denial, deny, type Evaluation, type Hold } from '../decision/evaluation.ts';
import type { CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import { asksForHuman } from './admission.ts';
import {
  askGate,
  devAllowGate,
  type GateAnswer,
  type PolicyGateRequest,
  readVerdict,
} from './policy-gate.ts';

/** Step 12: the blast score, added up along the chain, is within the limit. */
export function checkBlast(current: Evaluation): Denial | null {
  const { engine, facts, input } = current;
  const rule = current.rule as CompiledRule;
  const worker = current.worker as CompiledWorker;
  const env = input.env as Env;
  const own = Math.max(worker.blast, input.blast_radius_sum, input.blast_score);
  current.blast_score = Math.min(100, own + facts.chain_blast);
  current.blast_limit = Math.min(engine.settings.max_score[env], rule.max_score[env]);
  current.blast_passed = current.blast_score <= current.blast_limit;
  if (current.blast_passed) return null;
  if (engine.settings.on_exceeded === 'deny') {
    return deny('DENY_BLAST_RADIUS_EXCEEDED', {
      blast_score: current.blast_score,
      limit: current.blast_limit,
    });
  }
  hold(current, 'BLAST_RADIUS_EXCEEDED', highest('gatekeeper', ruleLevel(current)));
  return null;
}

/** Step 13: the policy gate, where the rule asks. */
export function askPolicyGate(current: Evaluation): Denial | null {
  if (!(current.rule as CompiledRule).policy_gate) return null;
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

/** Step 14: no human is asked for by the rule. */
export function checkHuman(current: Evaluation): Denial | null {
  if (asksForHuman(current)) hold(current, 'RULE', ruleLevel(current));
  return null;
}

/**
 * Step 15: an approval, where one came with the facts, fits this very decision.
 *
 * @throws {WcpError} where the hold would end past the year 9999: a hold without an end would be none
 */
export function checkApproval(current: Evaluation, draw: (held: Evaluation) => RouteDecision): Denial | null {
  const { facts, input, level } = current;
  current.expires_at = expiryOf(current);
  if (facts.approval === null) return null;
  const fits =
    level === 'gatekeeper' &&
    facts.approval.level !== 'advisory' &&
    facts.approval.resolver !== input.tenant_id &&
    facts.approval.decision_digest === sha256(digestText(input.canonical(), draw(current)));
  if (!fits) return deny('DENY_APPROVAL_STALE');
  current.approved = true;
  return null;
}

/** When the hold ends that the steps have come to; null where there is none, or where it is a dry run. */
function expiryOf({ engine, facts, input, level }: Evaluation): string | null {
  if (level === null || level === 'advisory' || input.dry_run) return null;
  return addSeconds(facts.now as string, engine.settings.ttl_seconds);
}

function gateAnswer(current: Evaluation): GateAnswer | null {
  const { engine, facts, input } = current;
  if (facts.has_policy) return readVerdict(facts.policy);
  if (engine.gate === null || (engine.gate === devAllowGate && input.env !== 'dev')) return null;
  return askGate(engine.gate, gateRequest(current));
}

function gateRequest({ engine, input, rule, worker, blast_score }: Evaluation): PolicyGateRequest {
  const { worker_id, species, authority, risk_tier, envelope_written } = worker as CompiledWorker;
  return {
    capability_id: input.capability_id as string,
    tenant_id: input.tenant_id as string,
    env: input.env as PolicyGateRequest['env'],
    data_label: input.data_label as PolicyGateRequest['data_label'],
    tenant_risk: input.tenant_risk as PolicyGateRequest['tenant_risk'],
    qos_class: input.qos_class as PolicyGateRequest['qos_class'],
    policy_version: engine.settings.policy_version,
    rule_id: (rule as CompiledRule).rule_id,
    worker_id,
    worker_species_id: species,
    authority,
    risk_tier,
    blast_score: blast_score as number,
    privilege_envelope: envelope_written === null ? null : JSON.parse(canonicalJson(envelope_written)),
    privilege_context:
      input.privilege_context_json === null ? null : JSON.parse(input.privilege_context_json),
  };
}

function hold(current: Evaluation, reason: HoldReason, level: SupervisorLevel): void {
  const held: Hold = { reason, level };
  current.holds.push(held);
  current.level = current.level === null ? level : highest(current.level, level);
}

function ruleLevel({ engine, rule }: Evaluation): SupervisorLevel {
  return (rule as CompiledRule).supervisor_level ?? engine.settings.default_level;
}

function verdictLevel(current: Evaluation, verdict: Exclude<GateAnswer, string>): SupervisorLevel {
  return Object.hasOwn(verdict, 'supervisor_level')
    ? (verdict.supervisor_level as SupervisorLevel)
    : ruleLevel(current);
}

function highest(a: SupervisorLevel, b: SupervisorLevel): SupervisorLevel {
  return SUPERVISOR_LEVELS.indexOf(a) >= SUPERVISOR_LEVELS.indexOf(b) ? a : b;
}
