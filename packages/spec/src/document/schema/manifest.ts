import { type Static, Type } from 'typebox';
import { hashRead, id, time } from './common.ts';

/** What an authority says of a worker package (section 8, "Manifest"). */
export const ManifestSchema = Type.Object(
  {
    schema_version: Type.Literal('awp.v1'),
    worker_id: id('worker'),
    worker_species_id: id('worker_species'),
    worker_version: Type.String({ minLength: 1 }),
    package_hash: hashRead(),
    built_at_utc: time(),
    attested_at_utc: Type.Optional(time()),
    build_source: Type.Enum(['local', 'ci', 'agent']),
    trust_statement: Type.Optional(Type.String()),
    signature_hmac_sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  {
    additionalProperties: true,
    title: 'Manifest',
    description: 'What an authority says of a worker package (WCP section 8).',
  },
);

/** What an authority says of a worker package (section 8). */
export type Manifest = Static<typeof ManifestSchema>;
