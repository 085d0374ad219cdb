import type { DataLabel, Env, QosClass, SupervisorLevel, TenantRisk } from '@wcp/spec';
import { type PrivilegeEnvelope, SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { readCanonical } from '@wcp/spec/json';

/** What the gate is asked about (section 5, step 13). Every question is a fresh object. */
export interface PolicyGateRequest {
  readonly capability_id: string;
  readonly tenant_id: string;
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
  readonly policy_version: string;
  readonly rule_id: string;
  readonly worker_id: string;
  readonly worker_species_id: string;
  readonly authority: string;
  readonly risk_tier: string;
  readonly blast_score: number;
  readonly privilege_envelope: PrivilegeEnvelope | null;
  readonly privilege_context: Readonly<Record<string, unknown>> | null;
}

/** What the gate answers. */
export interface PolicyVerdict {
  readonly decision: 'ALLOW' | 'DENY' | 'REQUIRE_HUMAN';
  readonly policy_version: string;
  readonly reason: string;
  /** With `REQUIRE_HUMAN` only. */
  readonly supervisor_level?: SupervisorLevel;
}

/**
 * A policy engine that answers in this process, synchronously. A remote one is asked beforehand and
 * its verdict handed in as `facts.policy`.
 */
export type PolicyGate = (request: PolicyGateRequest) => PolicyVerdict;

/**
 * A gate that allows everything, for development: in any environment but `dev` it counts as no gate.
 *
 * @example compileWorld(documents, { policyGate: devAllowGate })
 */
export const devAllowGate: PolicyGate = () => ({
  decision: 'ALLOW',
  policy_version: 'policy.dev-allow',
  reason: 'development: everything is allowed',
});

/** What became of asking: a verdict, or why there is none. */
export type GateAnswer = PolicyVerdict | 'invalid' | 'error';

/** Asks a gate, whatever it does. */
export function askGate(gate: PolicyGate, request: PolicyGateRequest): GateAnswer {
  let answer: unknown;
  try {
    answer = gate(request);
  } catch {
    return 'error';
  }
  const verdict = readVerdict(answer);
  if (verdict === 'invalid') silence(answer);
  return verdict;
}

/** A promise of any class and realm is no verdict; that it later rejects must not take the process down. */
function silence(answer: unknown): void {
  try {
    Promise.prototype.then.call(answer, undefined, () => {});
  } catch {
    // Whatever else it was, it was no promise.
  }
}

const MEMBERS = ['decision', 'policy_version', 'reason'];
const WITH_LEVEL = [...MEMBERS, 'supervisor_level'];

/** Reads what claims to be a verdict: exactly its members, or it is none (section 13, "A verdict"). */
export function readVerdict(value: unknown): GateAnswer {
  const { text, findings } = readCanonical(value);
  if (findings.length > 0 || !text.startsWith('{')) return 'invalid';
  if (text === '{"throws":true}') return 'error';
  const verdict = JSON.parse(text) as Record<string, unknown>;
  const names = Object.keys(verdict);
  return isVerdict(verdict, names) ? (verdict as unknown as PolicyVerdict) : 'invalid';
}

function isVerdict(verdict: Record<string, unknown>, names: readonly string[]): boolean {
  const held = verdict['decision'] === 'REQUIRE_HUMAN';
  const decided = held || verdict['decision'] === 'ALLOW' || verdict['decision'] === 'DENY';
  const expected = names.length === WITH_LEVEL.length && held ? WITH_LEVEL : MEMBERS;
  return (
    decided &&
    names.length === expected.length &&
    names.every((name, index) => name === expected[index] && typeof verdict[name] === 'string') &&
    (expected === MEMBERS ||
      (SUPERVISOR_LEVELS as readonly string[]).includes(verdict['supervisor_level'] as string))
  );
}
