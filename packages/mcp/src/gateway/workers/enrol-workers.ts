import type { Delivery } from '@wcp/hall';
import { authorityOf, type RegistryRecord, recordHash } from '@wcp/spec';
import type { ToolRegistry } from '../../catalog/tool-registry.ts';
import { touchesNothing } from '../../tool/worker-tool.ts';
import type { ToolVerdict } from '../folder/tool-rules.ts';
import type { WorkerPackage } from './worker-packages.ts';

/** What operators say of workers. */
export interface WorkerWords {
  readonly run: readonly string[];
  readonly deny: readonly string[];
}

/** The record of a worker with the hash of its package, as it is enrolled. */
export function attestedRecord({ record, code_hash }: WorkerPackage, attested_at: string): RegistryRecord {
  const { artifact_hash: _, ...stated } = record;
  const authority = authorityOf(record.worker_id) ?? '';
  const attested = {
    ...stated,
    ...(code_hash !== null && {
      attestation: {
        code_hash,
        hash_method: 'module',
        attested_at,
        attested_by: `namespace-key@${authority}`,
      },
    }),
  };
  return { ...attested, artifact_hash: recordHash(attested) } as unknown as RegistryRecord;
}

/**
 * Attests the workers of which no code was attested ever: on first sight. One that changes later waits for a steward.
 *
 * @returns the records that were enrolled
 */
export async function enrolWorkersFirst(
  packages: ReadonlyMap<string, WorkerPackage>,
  registry: ToolRegistry,
): Promise<readonly RegistryRecord[]> {
  const added: RegistryRecord[] = [];
  for (const { record } of await registry.list()) {
    const now = packages.get(record.worker_id);
    if (now === undefined || now.code_hash === null || record.attestation != null) continue;
    // What the Hall enrolled is what was read then: the package that is hashed now must still say the same.
    if (recordHash(now.record) !== record.artifact_hash) continue;
    const attested = attestedRecord(now, new Date().toISOString());
    await registry.enrol(attested);
    added.push(attested);
  }
  return added;
}

/** The rules of the capabilities of workers: only those workers, and none for what nobody may call. */
export function workerRules(
  records: readonly RegistryRecord[],
  { run, deny }: WorkerWords,
  deliveries: ReadonlyMap<string, Pick<Delivery, 'containment'>>,
): readonly object[] {
  return records.flatMap((record) =>
    record.capabilities
      .filter((capability) => !deny.includes(capability))
      .map((capability) => {
        const isHarmless = canTouchNothing(record, deliveries.get(record.worker_id));
        return ruleFor(record, capability, isHarmless || run.includes(capability) ? 'run' : 'hold');
      }),
  );
}

/** One that its envelope leaves nothing but its request, and that is really held to it. */
function canTouchNothing(
  { privilege_envelope: envelope }: RegistryRecord,
  delivery: Pick<Delivery, 'containment'> | undefined,
): boolean {
  const isContained = delivery?.containment?.()?.state === 'contained';
  return isContained && envelope !== undefined && touchesNothing(envelope);
}

function ruleFor(record: RegistryRecord, capability_id: string, verdict: ToolVerdict): object {
  const { worker_id, worker_species_id } = record;
  const runs = verdict === 'run';
  return {
    rule_id: capability_id,
    description: `${runs ? 'Calls run' : 'A steward must approve each call'}: ${worker_id}.`,
    match: { capability_id },
    decision: {
      candidate_workers_ranked: [{ worker_species_id, authorities: [authorityOf(worker_id)] }],
      escalation: runs ? {} : { human_required_default: true, supervisor_level: 'gatekeeper' },
    },
  };
}
