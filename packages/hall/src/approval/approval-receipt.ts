import { canonicalJson, type Receipt, sha256 } from '@wcp/spec';
import type { JournalEntry } from '../storage/journal.ts';
import type { PlainEvidence } from '../storage/ledger/entry.ts';
import type { Approval, Resolution } from './approval.ts';

const POLICY_DECISIONS: Readonly<Record<Resolution['action'], Receipt['policy_decision']>> = {
  approve: 'ALLOW',
  deny: 'DENY',
  expire: 'DENY',
  withdraw: 'DENY',
  escalate: 'REQUIRE_HUMAN',
};

/**
 * The receipt of what a human did with a request on hold. `artifact_hash` is that of the canonical JSON of
 * `{approval_id, resolution}`, so that who did it, when and why can be proven.
 */
export function approvalEvidence(
  { approval_id, binding, decision, tenant_id }: Approval,
  resolution: Resolution,
): PlainEvidence {
  return {
    kind: 'plain',
    draft: {
      kind: 'approval',
      stream: tenant_id,
      correlation_id: decision.correlation_id,
      decision_id: approval_id,
      dispatched_at: resolution.at,
      worker_id: decision.escalation_context?.worker_id ?? null,
      worker_species_id: decision.escalation_context?.worker_species_id ?? null,
      capability_id: decision.capability_id,
      policy_decision: POLICY_DECISIONS[resolution.action],
      deny_code: null,
      controls_verified: [...decision.controls_applied],
      artifact_hash: sha256(canonicalJson({ approval_id, resolution })),
      decision_digest: binding,
      world_digest: decision.world_digest,
      outcome: null,
    },
  };
}

/** What becomes durable of the result of a human who did the work: its hash as the outcome, and the result itself. */
export function resultEntry(
  { approval_id, tenant_id }: Approval,
  decided: string,
  { at, by }: Resolution,
  result: unknown,
): JournalEntry {
  const result_hash = sha256(canonicalJson(result));
  const outcome = { status: 'ok', result_hash, duration_ms: null } as const;
  const document = JSON.stringify({ result, code: null, by });
  return {
    evidence: { kind: 'outcome', decision_id: approval_id, decided, outcome },
    changes: [{ put: 'results', row: { id: approval_id, state: 'ok', at, tenant_id, document } }],
  };
}
