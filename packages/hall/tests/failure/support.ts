import { type RegistryRecord, recordHash, sha256 } from '@wcp/spec';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { HallOptions } from '../../src/index.ts';

const draft = {
  worker_id: 'org.failure.worker.one',
  worker_species_id: 'wrk.doc.summarizer',
  capabilities: ['cap.doc.summarize'],
  risk_tier: 'low',
  allowed_environments: ['dev'],
  blast_radius: { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 },
} as const;

/** A worker that counts what it was made to do. */
export function countingWorker(): { readonly delivery: Delivery; readonly executed: string[] } {
  const executed: string[] = [];
  const record = { ...draft, artifact_hash: recordHash(draft) } as unknown as RegistryRecord;
  const delivery: Delivery = {
    record,
    observe: async () => sha256('code'),
    async deliver({ context }) {
      executed.push(context.decision_id);
      const result = { status: 'ok' as const, result: 1, telemetry: [], evidence: [], deny_reason: null };
      return { status: 'ok', result, code: null, duration_ms: 0 };
    },
    close: async () => {},
  };
  return { delivery, executed };
}

/** One rule, by which the worker may run. */
export const RULES: NonNullable<HallOptions['rules']> = [
  {
    rule_id: 'runs',
    match: { capability_id: 'cap.doc.summarize' },
    decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.summarizer' }] },
  },
];

/** A request that is dispatched. */
export function request(index: number, padding = 0): object {
  return {
    capability_id: 'cap.doc.summarize',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: 'tenant-a',
    correlation_id: `failure-${index}`,
    request: { padding: 'x'.repeat(padding) },
  };
}
