import { describeTool, sealRecord } from '@wcp/worker-kit';
import { input, output } from './schema.ts';

/**
 * What this worker is and may touch (WCP section 4.2). The operator lists the hosts to read in
 * `egress_allowlist` and seals the record again: a Hall compares them with its own list, and a sandbox lets
 * the worker reach only them.
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
  ext: {
    tools: {
      'cap.web.fetch': describeTool({
        title: 'Fetch a page',
        description:
          'Fetches an HTML, Markdown or plain-text page over HTTP(S), or a data: URL, and gives its text: HTML becomes Markdown.',
        input: input,
        output: output,
      }),
    },
  },
});
