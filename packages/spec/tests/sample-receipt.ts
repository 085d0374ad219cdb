const HASH = `sha256:${'0'.repeat(64)}`;

/** A receipt of the right form; nobody signed it. */
export const RECEIPT = {
  receipt_id: '01890000-0000-7000-8000-000000000000',
  kind: 'decision',
  stream: 'tenant-a',
  seq: 0,
  correlation_id: null,
  decision_id: null,
  dispatched_at: null,
  worker_id: null,
  worker_species_id: null,
  capability_id: null,
  policy_decision: 'DENY',
  deny_code: 'DENY_FROZEN',
  controls_verified: [],
  artifact_hash: null,
  decision_digest: HASH,
  world_digest: null,
  outcome: null,
  prev_receipt_hash: null,
  receipt_hash: HASH,
  signing_key_id: 'ed25519:0123456789abcdef',
  signature: `${'A'.repeat(86)}==`,
};
