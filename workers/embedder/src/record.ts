import { describeTool, sealRecord } from '@wcp/worker-kit';
import { input, output } from './schema.ts';

const BASE = {
  worker_id: 'org.wcp-examples.embedder.demo',
  worker_species_id: 'wrk.ml.embedder',
  capabilities: ['cap.ml.embed'],
  risk_tier: 'low' as const,
  idempotency: 'full' as const,
  required_controls: [],
  allowed_environments: ['dev', 'stage', 'prod'] as ('dev' | 'stage' | 'prod')[],
  owner: 'org.wcp-examples',
  ext: {
    tools: {
      'cap.ml.embed': describeTool({
        title: 'Embed texts',
        description:
          'Gives a vector of unit length for each text, in their order: texts of similar meaning have similar vectors.',
        input: input,
        output: output,
      }),
    },
  },
};

const CONTROLS = [
  'ctrl.identity.secrets-deny-default',
  'ctrl.obs.audit-log-append-only',
  'ctrl.os.end-to-end-correlation',
  'ctrl.privilege-envelopes-required',
  'ctrl.trace.correlation-id-required',
];

/** What this worker is and may touch (WCP section 4.2): its own word vectors and nothing else. */
export const offlineRecord = sealRecord({
  ...BASE,
  determinism: 'deterministic',
  currently_implements: ['ctrl.net.egress-denied', ...CONTROLS],
  privilege_envelope: envelope([]),
  blast_radius: { data: 0, network: 0, financial: 0, time: 1, reversibility: 'reversible' },
  notes: 'Vectors of English texts, offline: the weighted mean of word vectors.',
});

/** The record with a model server: it reaches that one host and port, and its answers are the model's. */
export function serverRecord(server: URL) {
  return sealRecord({
    ...BASE,
    determinism: 'captured',
    currently_implements: CONTROLS,
    privilege_envelope: envelope([entryOf(server)]),
    blast_radius: { data: 0, network: 1, financial: 0, time: 1, reversibility: 'reversible' },
    notes: 'Vectors of texts, made by a model server that the operator named.',
  });
}

function envelope(hosts: readonly string[]) {
  return {
    secrets_access: [],
    network_egress: hosts.length === 0 ? ('none' as const) : ('allowlisted' as const),
    egress_allowlist: [...hosts],
    filesystem_writes: [],
    tools: [],
  };
}

/** A host without a port stands for 443 (WCP section 4.2), and a URL leaves 80 out as well. */
function entryOf({ protocol, host, port }: URL): string {
  return protocol === 'http:' && port === '' ? `${host}:80` : host;
}
