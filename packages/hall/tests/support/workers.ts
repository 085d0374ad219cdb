import type { RegistryRecord, Sha256, WorkerResult } from '@wcp/spec';
import { sealRecord } from '@wcp/worker-kit';
import type { Delivered, Delivery, DeliveryCall } from '../../src/delivery/delivery.ts';

export const hashOf = (digit: string): Sha256 => `sha256:${digit.repeat(64)}`;
/** The hash of the code that every worker here is attested with. */
export const CODE = hashOf('a');
export const SPECIES = 'wrk.doc.summarizer';
export const ACME = 'org.acme.summarizer.one';
export const RIVAL = 'org.rival.summarizer.one';

/** One capability for each thing that may become of a request. */
export const CAPABILITIES = {
  plain: 'cap.doc.summarize',
  advised: 'cap.doc.hash',
  held: 'cap.web.fetch',
  executed: 'cap.ml.embed',
  incident: 'cap.research.register',
  gated: 'cap.ml.infer',
} as const;

type Members = { readonly [M in keyof RegistryRecord]?: RegistryRecord[M] | undefined };

/** A record that can be enrolled; `members` replace or add, and take away what they say is undefined. */
export function recordOf(worker_id: string, members: Members = {}): RegistryRecord {
  const authority = worker_id.split('.').slice(0, 2).join('.');
  const record = {
    worker_id,
    worker_species_id: SPECIES,
    capabilities: Object.values(CAPABILITIES),
    risk_tier: 'low',
    allowed_environments: ['dev', 'stage', 'prod'],
    currently_implements: ['ctrl.obs.audit-log-append-only'],
    blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 0 },
    privilege_envelope: {
      secrets_access: [],
      network_egress: 'none',
      filesystem_writes: [],
      tools: [],
    },
    attestation: {
      code_hash: CODE,
      hash_method: 'file',
      attested_at: '2026-01-01T00:00:00Z',
      attested_by: `namespace-key@${authority}`,
    },
    ...members,
  };
  const present = Object.entries(record).filter(([, value]) => value !== undefined);
  return sealRecord(Object.fromEntries(present) as Omit<RegistryRecord, 'artifact_hash'>) as RegistryRecord;
}

export const answerOf = (result: unknown, members: Partial<WorkerResult> = {}): WorkerResult => ({
  status: 'ok',
  result,
  telemetry: [],
  evidence: [],
  deny_reason: null,
  ...members,
});

/** A way to a worker that is not there: its code is what a test says, its answer too. */
export class FakeDelivery implements Delivery {
  readonly calls: DeliveryCall[] = [];
  hash: Sha256 | null = CODE;
  isClosed = false;
  answer: (call: DeliveryCall) => Delivered | Promise<Delivered> = ({ request }) => ({
    status: 'ok',
    result: answerOf({ echoed: request }),
    code: null,
    duration_ms: 1,
  });

  readonly record: RegistryRecord;

  constructor(record: RegistryRecord) {
    this.record = record;
  }

  async observe(): Promise<Sha256 | null> {
    return this.hash;
  }

  async deliver(call: DeliveryCall): Promise<Delivered> {
    this.calls.push(call);
    return this.answer(call);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
