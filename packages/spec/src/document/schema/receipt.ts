import { type Static, Type } from 'typebox';
import { closed, hashWritten, id, nullable, opaqueId, setOf, time } from './common.ts';

/** How an execution ended. */
const OutcomeSchema = closed({
  status: Type.Enum(['ok', 'error', 'timeout', 'unknown']),
  result_hash: nullable(hashWritten()),
  duration_ms: nullable(Type.Number({ minimum: 0 })),
});

const EnforcedSchema = closed({
  level: Type.Enum(['enforced', 'partial', 'sampled', 'declared', 'none']),
  by: nullable(Type.String({ pattern: '^[a-z0-9]+(?:[.-][a-z0-9]+)*$', maxLength: 64 })),
});

/** What kept the worker within its privilege envelope and its limits while it ran. */
export const EnforcementSchema = closed({
  filesystem_writes: EnforcedSchema,
  network_egress: EnforcedSchema,
  secrets_access: EnforcedSchema,
  tools: EnforcedSchema,
  code: EnforcedSchema,
  memory: EnforcedSchema,
  processes: EnforcedSchema,
  cpu: EnforcedSchema,
  disk: EnforcedSchema,
});

/** One signed link of a stream's chain (section 8). */
export const ReceiptSchema = closed(
  {
    receipt_id: Type.String({
      pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    }),
    kind: Type.Enum(['decision', 'outcome', 'approval', 'enrolment']),
    stream: Type.String({ minLength: 1, maxLength: 128 }),
    seq: Type.Integer({ minimum: 0 }),
    correlation_id: nullable(opaqueId()),
    decision_id: nullable(Type.String()),
    dispatched_at: nullable(time()),
    worker_id: nullable(id('worker')),
    worker_species_id: nullable(id('worker_species')),
    capability_id: nullable(id('capability')),
    policy_decision: Type.Enum(['ALLOW', 'DENY', 'REQUIRE_HUMAN']),
    deny_code: nullable(Type.String({ pattern: '^DENY_[A-Z_]+$' })),
    controls_verified: setOf(id('control')),
    artifact_hash: nullable(hashWritten()),
    decision_digest: nullable(hashWritten()),
    world_digest: nullable(hashWritten()),
    facts_digest: Type.Optional(nullable(hashWritten())),
    outcome: nullable(OutcomeSchema),
    enforcement: Type.Optional(EnforcementSchema),
    prev_receipt_hash: nullable(hashWritten()),
    receipt_hash: hashWritten(),
    signing_key_id: Type.String({ pattern: '^ed25519:[0-9a-f]{16}$' }),
    signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
  },
  { title: 'Receipt', description: 'Evidence of one decision or outcome (WCP section 8).' },
);

/** Evidence of one decision or outcome (section 8). */
export type Receipt = Static<typeof ReceiptSchema>;
/** How an execution ended (section 8). */
export type ReceiptOutcome = Static<typeof OutcomeSchema>;
/** What kept a worker within its privilege envelope and its limits, member by member (section 8). */
export type Enforcement = Static<typeof EnforcementSchema>;
/** How one member was kept: to what degree, and by which mechanism (section 8). */
export type Enforced = Static<typeof EnforcedSchema>;

/** The members of {@link Enforcement}, in the order of section 8.2. */
export const ENFORCED_MEMBERS = Object.keys(EnforcementSchema.properties) as readonly (keyof Enforcement)[];
