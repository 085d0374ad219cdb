import { type Static, Type } from 'typebox';
import { closed, dataLabel, hashWritten, id, nullable, opaqueId, setOf, time } from './common.ts';

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

/** A raw Ed25519 public key. */
const publicKey = () => Type.String({ pattern: '^[0-9a-f]{64}$' });
const keyId = () => Type.String({ pattern: '^ed25519:[0-9a-f]{16}$' });
const signature = () => Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' });
/** A position in the log, or its size. */
const position = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** The name of a log: it also names the key in a signed note. */
const origin = () => Type.String({ minLength: 1, maxLength: 256 });

/** A change of the key that signs the log. */
const KeyChangeSchema = closed({
  action: Type.Enum(['rotate', 'revoke']),
  key_id: keyId(),
  public_key: publicKey(),
  from_position: position(),
  origin: origin(),
  proof: nullable(signature()),
});

/** What was forgotten: which payloads are no longer held, and never what they said. */
const ErasureSchema = closed({
  scope: Type.Enum(['tenant', 'before', 'decision']),
  tenant_id: nullable(Type.String({ minLength: 1, maxLength: 128 })),
  data_label: nullable(dataLabel),
  before: nullable(time()),
  decision_id: nullable(Type.String({ minLength: 1, maxLength: 128 })),
  below: position(),
  decisions: position(),
  reason: Type.Enum(['retention', 'request']),
  note: nullable(Type.String({ minLength: 1, maxLength: 500 })),
  by: Type.String({ minLength: 1, maxLength: 256 }),
});

/** Where a log goes on after its store was restored. */
const RestoreSchema = closed({
  former_origin: nullable(origin()),
  size: position(),
  root: hashWritten(),
});

/** One signed link of a stream's chain (section 8). */
export const ReceiptSchema = closed(
  {
    receipt_id: Type.String({
      pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    }),
    kind: Type.Enum(['decision', 'outcome', 'approval', 'enrolment', 'key', 'erasure', 'restore']),
    stream: Type.String({ minLength: 1, maxLength: 128 }),
    seq: Type.Integer({ minimum: 0 }),
    correlation_id: nullable(opaqueId()),
    decision_id: nullable(Type.String()),
    dispatched_at: nullable(time()),
    worker_id: nullable(id('worker')),
    worker_species_id: nullable(id('worker_species')),
    capability_id: nullable(id('capability')),
    policy_decision: nullable(Type.Enum(['ALLOW', 'DENY', 'REQUIRE_HUMAN'])),
    deny_code: nullable(Type.String({ pattern: '^DENY_[A-Z_]+$' })),
    controls_verified: setOf(id('control')),
    artifact_hash: nullable(hashWritten()),
    decision_digest: nullable(hashWritten()),
    world_digest: nullable(hashWritten()),
    facts_digest: Type.Optional(nullable(hashWritten())),
    outcome: nullable(OutcomeSchema),
    enforcement: Type.Optional(EnforcementSchema),
    key: Type.Optional(KeyChangeSchema),
    erasure: Type.Optional(ErasureSchema),
    restore: Type.Optional(RestoreSchema),
    prev_receipt_hash: nullable(hashWritten()),
    receipt_hash: hashWritten(),
    signing_key_id: keyId(),
    signature: signature(),
  },
  {
    title: 'Receipt',
    description: 'Evidence of one decision or outcome, or of what became of the log (WCP section 8).',
  },
);

/** An in-toto statement whose predicate is a receipt (section 8.11). */
export const ReceiptStatementSchema = closed(
  {
    _type: Type.Literal('https://in-toto.io/Statement/v1'),
    subject: Type.Array(
      closed({
        name: Type.String({ minLength: 1 }),
        digest: closed({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
      }),
      { minItems: 1 },
    ),
    predicateType: Type.Literal('urn:wcp:receipt:v1'),
    predicate: closed({ log: closed({ origin: origin(), position: position() }), receipt: ReceiptSchema }),
  },
  {
    title: 'ReceiptStatement',
    description: 'A receipt as an in-toto statement: what a DSSE envelope of one holds (WCP section 8.11).',
  },
);

/** Evidence of one decision or outcome, or of what became of the log (section 8). */
export type Receipt = Static<typeof ReceiptSchema>;
/** How an execution ended (section 8). */
export type ReceiptOutcome = Static<typeof OutcomeSchema>;
/** What kept a worker within its privilege envelope and its limits, member by member (section 8). */
export type Enforcement = Static<typeof EnforcementSchema>;
/** How one member was kept: to what degree, and by which mechanism (section 8). */
export type Enforced = Static<typeof EnforcedSchema>;
/** A change of the key that signs the log (section 8.7). */
export type KeyChange = Static<typeof KeyChangeSchema>;
/** What was forgotten (section 8.9). */
export type Erasure = Static<typeof ErasureSchema>;
/** Where a log goes on after its store was restored (section 8.12). */
export type Restore = Static<typeof RestoreSchema>;

/** The members of {@link Enforcement}, in the order of section 8.2. */
export const ENFORCED_MEMBERS = Object.keys(EnforcementSchema.properties) as readonly (keyof Enforcement)[];
