import { type Static, type TSchema, Type } from 'typebox';
import type { BlastDimension } from '../table/blast.ts';
import { catalogVersion, closed, dimension, env, free, hashRead, id } from './common.ts';

const text = Type.String();
const texts = Type.Array(text);

/** What a worker may touch (section 4.2). Absent egress counts as unrestricted, absent lists as empty. */
const PrivilegeEnvelopeSchema = closed({
  secrets_access: Type.Optional(texts),
  network_egress: Type.Optional(Type.Enum(['none', 'allowlisted', 'unrestricted'])),
  egress_allowlist: Type.Optional(texts),
  filesystem_writes: Type.Optional(texts),
  tools: Type.Optional(texts),
});

/** How far a worker's damage may reach: absent dimensions count 5 (R10). */
const BlastRadiusSchema = closed({
  data: Type.Optional(dimension),
  network: Type.Optional(dimension),
  financial: Type.Optional(dimension),
  time: Type.Optional(dimension),
  reversibility: Type.Optional(
    Type.Union([dimension, Type.Enum(['reversible', 'partially-reversible', 'difficult', 'irreversible'])]),
  ),
} satisfies Record<BlastDimension, TSchema>);

const AttestationSchema = Type.Object(
  {
    code_hash: Type.Optional(
      Type.Unknown({
        description: 'sha256:<64 hex>; a malformed one is denied at step 10, where one is required.',
      }),
    ),
    hash_method: Type.Optional(Type.Enum(['file', 'module', 'container', 'signed-manifest', 'mcp-tool'])),
    attested_at: Type.Optional(text),
    attested_by: Type.Optional(
      Type.String({ pattern: '^namespace-key@(?:org|x)\\.[a-z0-9-]+$', maxLength: 78 }),
    ),
    source: Type.Optional(text),
  },
  { additionalProperties: true, 'x-wcp-open': true },
);

/** One enrolled worker, as its authority describes it (section 4.2). */
export const RegistryRecordSchema = Type.Object(
  {
    worker_id: id('worker'),
    worker_species_id: id('worker_species'),
    capabilities: Type.Array(id('capability'), { minItems: 1 }),
    risk_tier: Type.Enum(['low', 'medium', 'high', 'critical']),
    idempotency: Type.Optional(Type.Enum(['full', 'partial', 'none'])),
    determinism: Type.Optional(
      Type.Enum(['deterministic', 'captured', 'nondeterministic', 'non-deterministic']),
    ),
    required_controls: Type.Optional(Type.Array(id('control'))),
    currently_implements: Type.Optional(Type.Array(id('control'))),
    allowed_environments: Type.Optional(Type.Array(env)),
    privilege_envelope: Type.Optional(PrivilegeEnvelopeSchema),
    blast_radius: Type.Optional(BlastRadiusSchema),
    owner: Type.Optional(id('authority')),
    contact: Type.Optional(text),
    notes: Type.Optional(text),
    catalog_version_min: Type.Optional(catalogVersion),
    attestation: Type.Optional(AttestationSchema),
    artifact_hash: hashRead({ description: 'SHA-256 of the canonical record without this member.' }),
    ext: Type.Optional(free()),
  },
  {
    additionalProperties: true,
    'x-wcp-open': true,
    title: 'RegistryRecord',
    description: 'A worker as its authority enrols it (WCP section 4.2).',
  },
);

/** One enrolled worker, as its authority describes it (section 4.2). */
export type RegistryRecord = Static<typeof RegistryRecordSchema>;
/** What a worker may touch (section 4.2). */
export type PrivilegeEnvelope = Static<typeof PrivilegeEnvelopeSchema>;
/** How far a worker's damage may reach (section 4.2). */
export type BlastRadius = Static<typeof BlastRadiusSchema>;
