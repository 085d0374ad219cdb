import type { DataLabel, Env, QosClass, SupervisorLevel, TenantRisk } from '@wcp/spec';
import type { PrivilegeEnvelope } from '@wcp/spec/document';

/** What the gate decides about (section 5, step 13). Every request is a fresh object. */
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

interface VerdictOf<Decision extends string> {
  readonly decision: Decision;
  readonly policy_version: string;
  readonly reason: string;
}

/** What the gate answers (section 5, step 13): only `REQUIRE_HUMAN` may name a supervisor level. */
export type PolicyVerdict =
  | VerdictOf<'ALLOW'>
  | VerdictOf<'DENY'>
  | (VerdictOf<'REQUIRE_HUMAN'> & { readonly supervisor_level?: SupervisorLevel });

/**
 * A policy engine that answers in this process, synchronously. The caller asks a remote one beforehand
 * and passes its verdict as `facts.policy`.
 */
export type PolicyGate = (request: PolicyGateRequest) => PolicyVerdict;

/**
 * A gate that allows everything, for development: in any environment but `dev` it counts as no gate.
 *
 * @example
 * import { compileWorld, devAllowGate } from '@wcp/router';
 *
 * const world = compileWorld({ rules: [], workers: [] }, { policyGate: devAllowGate });
 */
export const devAllowGate: PolicyGate = () => ({
  decision: 'ALLOW',
  policy_version: 'policy.dev-allow',
  reason: 'development: everything is allowed',
});
