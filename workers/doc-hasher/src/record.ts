import { describeTool, sealRecord } from '@wcp/worker-kit';
import { input, output } from './schema.ts';

/**
 * What this worker is and may touch (WCP section 4.2). It reads its request and one secret, the key that
 * it signs with; a Hall that enforces envelopes has to list that secret in prod.
 */
export const record = sealRecord({
  worker_id: 'org.wcp-examples.doc-hasher.demo',
  worker_species_id: 'wrk.doc.hasher',
  capabilities: ['cap.doc.hash'],
  risk_tier: 'low',
  idempotency: 'full',
  determinism: 'deterministic',
  required_controls: [],
  currently_implements: [
    'ctrl.net.egress-denied',
    'ctrl.obs.audit-log-append-only',
    'ctrl.os.end-to-end-correlation',
    'ctrl.privilege-envelopes-required',
    'ctrl.trace.correlation-id-required',
  ],
  allowed_environments: ['dev', 'stage', 'prod'],
  privilege_envelope: {
    secrets_access: ['WCP_HASHER_KEY'],
    network_egress: 'none',
    egress_allowlist: [],
    filesystem_writes: [],
    tools: [],
  },
  blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  owner: 'org.wcp-examples',
  notes:
    'SHA-256 of a text or of canonical JSON, signed with Ed25519. One key gives one answer; without a configured key each process makes its own.',
  ext: {
    tools: {
      'cap.doc.hash': describeTool({
        title: 'Hash a document',
        description:
          'Gives the SHA-256 of a text, or of the canonical JSON of a document, signed with Ed25519. Give either text or document.',
        input: input,
        output: output,
      }),
    },
  },
});
