import { describeTool, sealRecord } from '@wcp/worker-kit';
import { input, output } from './schema.ts';

/** What this worker is and may touch (WCP section 4.2). It reads the text of its request and nothing else. */
export const record = sealRecord({
  worker_id: 'org.wcp-examples.doc-summarizer.demo',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize'],
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
  blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  owner: 'org.wcp-examples',
  notes:
    'Extractive summaries of English text, offline: the sentences of a summary are those of the document.',
  ext: {
    tools: {
      'cap.doc.summarize': describeTool({
        title: 'Summarise a document',
        description:
          'Summarises an English text or Markdown document with its own most telling sentences, and gives its key words. It reads the text that it is given, never a path or an address.',
        input: input,
        output: output,
      }),
    },
  },
});
