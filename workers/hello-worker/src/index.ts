import { defineWorker, describeTool, sealRecord } from '@wcp/worker-kit';
import { z } from 'zod';

const input = z.strictObject({ name: z.string().trim().min(1).max(100) });
const output = z.strictObject({ greeting: z.string() });

/** The smallest useful worker: it greets by name (WCP section 10). */
export const worker = defineWorker({
  record: sealRecord({
    worker_id: 'org.wcp-examples.hello-worker.demo',
    worker_species_id: 'wrk.hello.greeter',
    capabilities: ['cap.hello.greet'],
    risk_tier: 'low',
    idempotency: 'full',
    determinism: 'deterministic',
    required_controls: [],
    currently_implements: ['ctrl.obs.audit-log-append-only', 'ctrl.trace.correlation-id-required'],
    allowed_environments: ['dev', 'stage'],
    privilege_envelope: { secrets_access: [], network_egress: 'none', filesystem_writes: [], tools: [] },
    blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
    owner: 'org.wcp-examples',
    ext: {
      tools: {
        'cap.hello.greet': describeTool({
          title: 'Greet',
          description: 'Greets somebody by name.',
          input,
          output,
        }),
      },
    },
  }),
  input,
  output,
  run: ({ name }) => ({ greeting: `Hello, ${name}!` }),
});
