import { sealRecord } from '@wcp/worker-kit';

/** What this worker is and may touch (WCP section 4.2): one SQLite file that the operator names. */
export const record = sealRecord({
  worker_id: 'org.wcp-examples.research-registrar.demo',
  worker_species_id: 'wrk.research.registrar',
  capabilities: ['cap.research.register', 'cap.mem.retrieve'],
  risk_tier: 'medium',
  idempotency: 'full',
  determinism: 'captured',
  required_controls: [],
  currently_implements: [
    'ctrl.identity.secrets-deny-default',
    'ctrl.mem.provenance-required',
    'ctrl.net.egress-denied',
    'ctrl.obs.audit-log-append-only',
    'ctrl.os.end-to-end-correlation',
    'ctrl.privilege-envelopes-required',
    'ctrl.trace.correlation-id-required',
  ],
  allowed_environments: ['dev', 'stage', 'prod'],
  privilege_envelope: {
    secrets_access: [],
    network_egress: 'none',
    egress_allowlist: [],
    filesystem_writes: ['$WCP_RESEARCH_DB'],
    tools: [],
  },
  blast_radius: { data: 2, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  owner: 'org.wcp-examples',
  notes: 'Keeps documents by tenant, and finds them by words and by vectors.',
});
