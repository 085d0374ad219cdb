import { CAPABILITIES, SPECIES } from './workers.ts';

type Escalation = Readonly<Record<string, unknown>>;

/** A rule that sends a capability to the one species, whoever's. */
export function ruleFor(capability_id: string, escalation: Escalation = {}, more: object = {}): object {
  return {
    rule_id: `rr_${capability_id.replaceAll('.', '_')}`,
    match: { capability_id },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: SPECIES, score_hint: 1 }],
      escalation: { policy_gate: false, ...escalation },
      ...more,
    },
  };
}

const human = (supervisor_level: string): Escalation => ({
  human_required_default: true,
  supervisor_level,
});

/** One rule for each of {@link CAPABILITIES}. */
export const RULES: readonly object[] = [
  ruleFor(CAPABILITIES.plain),
  ruleFor(CAPABILITIES.advised, human('advisory')),
  ruleFor(CAPABILITIES.held, human('gatekeeper')),
  ruleFor(CAPABILITIES.executed, human('executor')),
  ruleFor(CAPABILITIES.incident, human('incident_commander')),
  ruleFor(CAPABILITIES.gated, { policy_gate: true }),
];

/** A posture of production in which the worker of these tests may run. */
export const CONFIG = {
  require_worker_attestation: true,
  enforce_privilege_envelopes: true,
  policy_version: 'policy.v7',
};

let received = 0;

/** A request that is allowed; `members` replace or add. */
export function inputFor(tenant_id: string, members: Readonly<Record<string, unknown>> = {}) {
  received += 1;
  return {
    capability_id: CAPABILITIES.plain as string,
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id,
    correlation_id: `corr-${received}`,
    request: { text: 'hello' },
    ...members,
  };
}
