import { sealRecord } from '@wcp/worker-kit';

/**
 * What this worker is and may touch (WCP section 4.2). The operator puts the hosts that it shall read
 * into `egress_allowlist` and seals the record anew: a Hall holds them against its own list, and
 * whatever isolates the worker lets it speak to them alone.
 */
export const record = sealRecord({
  worker_id: 'org.wcp-examples.web-fetcher.demo',
  worker_species_id: 'wrk.web.fetcher',
  capabilities: ['cap.web.fetch'],
  risk_tier: 'low',
  idempotency: 'full',
  determinism: 'nondeterministic',
  required_controls: [],
  currently_implements: [
    'ctrl.identity.secrets-deny-default',
    'ctrl.obs.audit-log-append-only',
    'ctrl.os.end-to-end-correlation',
    'ctrl.privilege-envelopes-required',
    'ctrl.trace.correlation-id-required',
  ],
  allowed_environments: ['dev', 'stage', 'prod'],
  privilege_envelope: {
    secrets_access: [],
    network_egress: 'allowlisted',
    egress_allowlist: ['example.com'],
    filesystem_writes: [],
    tools: [],
  },
  blast_radius: { data: 0, network: 1, financial: 0, time: 0, reversibility: 'reversible' },
  owner: 'org.wcp-examples',
  notes:
    'Reads HTML, Markdown and plain text over HTTP(S) or from a data: URL; never a private address that the operator did not allow.',
});
