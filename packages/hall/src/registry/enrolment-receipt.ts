import type { PlainEvidence } from '../storage/ledger/entry.ts';
import type { EnrolledWorker } from './enrolled-worker.ts';

/** The stream of enrolments and removals: a name that no tenant can have. */
const REGISTRY_STREAM = '(registry)';

/**
 * The receipt of an enrolment (`ALLOW`) or a removal (`DENY`): `artifact_hash` is that of the record.
 *
 * @param worldDigest of the world that comes into force with it
 */
export function enrolmentEvidence(
  { record }: EnrolledWorker,
  kind: 'enrol' | 'remove',
  at: string,
  worldDigest: string | null,
): PlainEvidence {
  return {
    kind: 'plain',
    draft: {
      kind: 'enrolment',
      stream: REGISTRY_STREAM,
      correlation_id: null,
      decision_id: null,
      dispatched_at: at,
      worker_id: record.worker_id,
      worker_species_id: record.worker_species_id,
      capability_id: null,
      policy_decision: kind === 'enrol' ? 'ALLOW' : 'DENY',
      deny_code: null,
      controls_verified: [],
      artifact_hash: record.artifact_hash,
      decision_digest: null,
      world_digest: worldDigest,
      outcome: null,
    },
  };
}
