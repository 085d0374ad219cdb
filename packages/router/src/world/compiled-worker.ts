import { authorityOf, canonicalJson, type RegistryRecord, type Sha256 } from '@wcp/spec';
import { catalogSatisfies, declaredBlast, type PrivilegeEnvelope } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';

/** The hash of a worker's code in its attestation, or why there is none. */
type AttestedHash = Sha256 | 'missing' | 'malformed';

/** An envelope with its defaults in place, as step 11 checks it. */
export interface CompiledEnvelope {
  readonly egress: string;
  readonly hosts: readonly string[];
  readonly secrets: readonly string[];
  /** A path that may be written is `/`, relative, or climbs with `..`. */
  readonly writes_outside: boolean;
}

/** A registry record in the form that the steps read. Nothing here is shared between workers (R7). */
export interface CompiledWorker {
  readonly worker_id: string;
  readonly species: string;
  readonly authority: string;
  readonly risk_tier: string;
  readonly capabilities: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
  readonly catalog_compatible: boolean;
  readonly requires: readonly string[];
  readonly implements: ReadonlySet<string>;
  readonly blast: number;
  readonly envelope: CompiledEnvelope | null;
  /** The canonical JSON of the envelope as the record writes it: each question to the policy gate gets its own. */
  readonly envelope_json: string | null;
  readonly attested_hash: AttestedHash;
}

const DEV_ONLY = ['dev'];

/** Compiles one verified record for a Hall with this catalog. */
export function compileWorker(record: RegistryRecord, catalogVersion: string): CompiledWorker {
  return {
    worker_id: record.worker_id,
    species: record.worker_species_id,
    authority: authorityOf(record.worker_id) as string,
    risk_tier: record.risk_tier,
    capabilities: new Set(record.capabilities),
    environments: new Set(record.allowed_environments ?? DEV_ONLY),
    catalog_compatible:
      record.catalog_version_min === undefined ||
      catalogSatisfies(catalogVersion, record.catalog_version_min),
    requires: record.required_controls ?? [],
    implements: new Set(record.currently_implements),
    blast: declaredBlast(record.blast_radius),
    envelope: record.privilege_envelope === undefined ? null : compileEnvelope(record.privilege_envelope),
    envelope_json: record.privilege_envelope === undefined ? null : canonicalJson(record.privilege_envelope),
    attested_hash: attestedHashOf(record),
  };
}

function compileEnvelope(envelope: PrivilegeEnvelope): CompiledEnvelope {
  return {
    egress: envelope.network_egress ?? 'unrestricted',
    hosts: envelope.egress_allowlist ?? [],
    secrets: envelope.secrets_access ?? [],
    writes_outside: (envelope.filesystem_writes ?? []).some(
      (path) => path === '/' || !path.startsWith('/') || path.split('/').includes('..'),
    ),
  };
}

function attestedHashOf({ attestation }: RegistryRecord): AttestedHash {
  const written = attestation?.code_hash ?? null;
  return written === null ? 'missing' : (normaliseHash(written) ?? 'malformed');
}
