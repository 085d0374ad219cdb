import type { RegistryRecord } from '@wcp/spec';
import { ownMember } from '../../base/members.ts';
import type { PinnedTool } from '../../catalog/tool-catalog.ts';
import type { RegisteredTool } from '../../catalog/tool-registry.ts';
import { toolDifferences } from '../../tool/tool-difference.ts';
import { capabilityName } from '../../tool/worker-tool.ts';
import { isChanged, packageState, packageStateHash, type WorkerPackage } from './worker-packages.ts';

/** What stands for a server in the rows of workers. */
export const WORKERS_ALIAS = 'workers';

/** The workers of a folder as an operator looks at them, each beside what is enrolled of it. */
export function inspectedWorkers(
  packages: ReadonlyMap<string, WorkerPackage>,
  enrolled: readonly RegisteredTool[],
): PinnedTool[] {
  return [...packages.values()].map((now) => {
    const { record, code_hash } = now;
    const known = enrolled.find((each) => each.record.worker_id === record.worker_id);
    const isNew = known === undefined || (code_hash !== null && known.record.attestation == null);
    const isOther = !isNew && (known.is_out || isChanged(known.record, now));
    const shown = record.capabilities.map(capabilityName).join(', ');
    return {
      id: record.worker_id,
      name: record.worker_id,
      shown,
      alias: WORKERS_ALIAS,
      definition: ownMember((isNew ? record : known.record).ext, 'tools') ?? null,
      state: isNew ? 'new' : isOther ? 'changed' : 'enrolled',
      differences: isOther ? toolDifferences(enrolledState(known.record), packageState(now)) : [],
      seen_hash: packageStateHash(now),
    };
  });
}

function enrolledState({ artifact_hash: _, attestation, ...stated }: RegistryRecord) {
  return { ...stated, code_hash: attestation?.code_hash ?? null };
}
