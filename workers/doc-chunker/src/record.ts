import { describeTool, sealRecord } from '@wcp/worker-kit';
import { input, output } from './schema.ts';

/** What this worker is and may touch (WCP section 4.2): the text of its request and nothing else. */
export const record = sealRecord({
  worker_id: 'org.wcp-examples.doc-chunker.demo',
  worker_species_id: 'wrk.doc.chunker',
  capabilities: ['cap.doc.chunk'],
  risk_tier: 'low',
  idempotency: 'full',
  determinism: 'deterministic',
  required_controls: [],
  currently_implements: [
    'ctrl.identity.secrets-deny-default',
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
    filesystem_writes: [],
    tools: [],
  },
  blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  owner: 'org.wcp-examples',
  notes:
    'Pieces of text or Markdown on heading, paragraph and sentence borders; tokens are those of cl100k_base.',
  ext: {
    tools: {
      'cap.doc.chunk': describeTool({
        title: 'Chunk a document',
        description:
          'Cuts a text or Markdown document into pieces on heading, paragraph and sentence borders, each with its place in the document and its number of tokens.',
        input: input,
        output: output,
      }),
    },
  },
});
