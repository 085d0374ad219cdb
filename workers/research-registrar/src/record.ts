import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeTool, sealRecord } from '@wcp/worker-kit';
import { found, question, registered, registration } from './schema.ts';

/**
 * What this worker is and may touch (WCP section 4.2): the folder of one SQLite file that the operator names. It is
 * the folder, because SQLite keeps its log beside the file. Without a file it writes nothing.
 *
 * @param file the file of the store
 */
export function recordFor(file: string | undefined) {
  return sealRecord({ ...BASE, privilege_envelope: envelope(folderOf(file)) });
}

/** Links resolved, as whoever enforces an envelope needs it. */
function folderOf(file = ''): string | null {
  if (file === '') return null;
  const folder = dirname(resolve(file));
  return existsSync(folder) ? realpathSync(folder) : folder;
}

function envelope(folder: string | null) {
  return {
    secrets_access: [],
    network_egress: 'none' as const,
    egress_allowlist: [],
    filesystem_writes: folder === null ? [] : [folder],
    tools: [],
  };
}

const BASE = {
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
  blast_radius: { data: 2, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  owner: 'org.wcp-examples',
  notes: 'Keeps documents by tenant, and finds them by words and by vectors.',
  ext: {
    tools: {
      'cap.research.register': describeTool({
        title: 'Register a document',
        description: 'Keeps a document with its chunks and their vectors, so that it can be found again.',
        input: registration,
        output: registered,
      }),
      'cap.mem.retrieve': describeTool({
        title: 'Find in documents',
        description:
          'Finds the chunks of registered documents that fit a question best, by its words and, with a vector, by meaning.',
        input: question,
        output: found,
      }),
    },
  },
} satisfies Parameters<typeof sealRecord>[0];
