import { describeTool, sealRecord } from '@wcp/worker-kit';
import { input, output } from './schema.ts';

/** Where `wcp serve` listens by default. */
const DEFAULT_HALL = new URL('http://127.0.0.1:7420');

/**
 * What this worker is and may touch (WCP section 4.2): it reaches one Hall, with a steward's key. The
 * blast is that of the resolution, which cannot be undone; what an approval releases has a blast of its own.
 *
 * @param hall the address of the Hall
 */
export function recordFor(hall = DEFAULT_HALL) {
  return sealRecord({
    worker_id: 'org.wcp-examples.human-approver.demo',
    worker_species_id: 'wrk.ops.human-approver',
    capabilities: ['cap.ops.approve'],
    risk_tier: 'high',
    idempotency: 'none',
    determinism: 'nondeterministic',
    required_controls: [],
    currently_implements: [
      'ctrl.obs.audit-log-append-only',
      'ctrl.os.end-to-end-correlation',
      'ctrl.privilege-envelopes-required',
      'ctrl.trace.correlation-id-required',
    ],
    allowed_environments: ['dev', 'stage', 'prod'],
    privilege_envelope: {
      secrets_access: ['WCP_HALL_KEY'],
      network_egress: 'allowlisted',
      egress_allowlist: [entryOf(hall)],
      filesystem_writes: [],
      tools: [],
    },
    blast_radius: { data: 0, network: 1, financial: 1, time: 1, reversibility: 'difficult' },
    owner: 'org.wcp-examples',
    notes: 'Resolves what a Hall holds, as a steward; shows a steward in a web page what is held and why.',
    ext: {
      tools: {
        'cap.ops.approve': describeTool({
          title: 'Resolve a hold',
          description:
            'Approves, denies or escalates what a Hall holds for a human, as a steward. The result of what is released goes to its tenant and is not included.',
          input: input,
          output: output,
        }),
      },
    },
  });
}

/** A host without a port stands for 443 (WCP section 4.2), and a URL leaves 80 out as well. */
function entryOf({ protocol, host, port }: URL): string {
  return protocol === 'http:' && port === '' ? `${host}:80` : host;
}
