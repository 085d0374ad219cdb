import { type RegistryRecord, recordHash } from '@wcp/spec';
import { defineWorker, type RunContext, type Worker } from '@wcp/worker-kit';
import { inProcessDelivery } from '../../../src/delivery/in-process-delivery.ts';
import { partsOf } from '../../../src/hall/create-hall.ts';
import { createHall, type Hall, type HallOptions } from '../../../src/index.ts';
import { readDecisionRecord } from '../../../src/storage/decision-record.ts';

/** Any JSON object will do. */
const anything = {
  '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
};

type Run = (request: Record<string, never>, context: RunContext) => unknown;

/** A worker of one capability that spends so much. */
export function chainWorker(name: string, blast: number, run: Run): Worker {
  const record = {
    worker_id: `org.chain.${name}.one`,
    worker_species_id: `org.chain.${name}`,
    capabilities: [`org.chain.do-${name}`],
    risk_tier: 'low',
    allowed_environments: ['dev', 'stage'],
    blast_radius: {
      data: Math.min(5, blast),
      network: Math.max(0, blast - 5),
      financial: 0,
      time: 0,
      reversibility: 0,
    },
  };
  const sealed = { ...record, artifact_hash: recordHash(record) } as unknown as RegistryRecord;
  return defineWorker({ record: sealed, input: anything, run: run as never });
}

/** A Hall with these workers, each reached in this process, and a rule that lets everything of theirs run. */
export function chainedHall(workers: readonly Worker[], options: HallOptions = {}): Promise<Hall> {
  return createHall({
    rules: workers.map(({ record }) => ({
      rule_id: record.worker_species_id,
      match: { capability_id: record.capabilities[0] },
      decision: { candidate_workers_ranked: [{ worker_species_id: record.worker_species_id }] },
    })),
    config: { blast: { max_score: { dev: 100, stage: 100 }, on_exceeded: 'deny' } },
    workers: workers.map((worker) => ({ delivery: inProcessDelivery(worker) })),
    ...options,
  });
}

/** A request for one of the workers. */
export function ask(name: string, request: object = {}, members: object = {}): object {
  return {
    capability_id: `org.chain.do-${name}`,
    env: 'dev',
    data_label: 'INTERNAL',
    tenant_risk: 'medium',
    qos_class: 'P1',
    tenant_id: 'tenant-a',
    correlation_id: 'chain-1',
    request,
    ...members,
  };
}

/** Every decision of a Hall, with what it was made from. */
export async function decisionsOf(hall: Hall) {
  const parts = partsOf(hall);
  const rows = await parts.storage.store.list('receipts', { where: { kind: 'decision' }, limit: 100_000 });
  const records = rows.map(({ position }) => readDecisionRecord(parts.storage.store, position));
  return (await Promise.all(records)).filter((record) => record !== null);
}

/** Why a chain was stopped at a decision; null where it was not. */
export function stopOf({ facts }: { readonly facts: object }): string | null {
  return (facts as { frozen?: { scope: string; reason: string } }).frozen?.reason ?? null;
}
