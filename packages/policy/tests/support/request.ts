import type { PolicyGateRequest } from '@wcp/router';

/** A request of step 13; what a test is about is given. */
export function gateRequest(given: Partial<PolicyGateRequest> = {}): PolicyGateRequest {
  return {
    capability_id: 'cap.doc.summarize',
    tenant_id: 'acme',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    policy_version: 'policy.v0',
    rule_id: 'summarize',
    worker_id: 'org.example.doc.summarizer-1',
    worker_species_id: 'wrk.doc.summarizer',
    authority: 'org.example',
    risk_tier: 'low',
    blast_score: 2,
    privilege_envelope: null,
    privilege_context: null,
    ...given,
  };
}
