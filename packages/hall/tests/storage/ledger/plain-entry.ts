import type { Entry } from '../../../src/storage/ledger/entry.ts';

/** Evidence in a stream. */
export const plainEntry = (stream: string): Entry => ({
  evidence: {
    kind: 'plain',
    draft: {
      kind: 'approval',
      stream,
      correlation_id: null,
      decision_id: null,
      dispatched_at: null,
      worker_id: null,
      worker_species_id: null,
      capability_id: null,
      policy_decision: 'ALLOW',
      deny_code: null,
      controls_verified: [],
      artifact_hash: null,
      decision_digest: null,
      world_digest: null,
      outcome: null,
    },
  },
});
