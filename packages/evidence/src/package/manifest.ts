import { createHmac } from 'node:crypto';
import { authorityOf, canonicalJson, checkId, type Manifest, WcpError } from '@wcp/spec';
import { isTime } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';

/** What a manifest is made from; the times are the caller's. */
export interface ManifestDraft {
  readonly worker_id: string;
  readonly worker_species_id: string;
  readonly worker_version: string;
  readonly package_hash: string;
  readonly built_at_utc: string;
  readonly attested_at_utc: string;
  readonly build_source: 'local' | 'ci' | 'agent';
  /** One sentence; where it is absent, one with the namespace, the time and the hash. */
  readonly trust_statement?: string;
}

/** The members that the HMAC of a manifest covers (section 8). */
export const SIGNED_MEMBERS = [
  'schema_version',
  'worker_id',
  'worker_species_id',
  'worker_version',
  'package_hash',
  'built_at_utc',
  'build_source',
] as const;

export type SignedMembers = Readonly<Record<(typeof SIGNED_MEMBERS)[number], unknown>>;

const BUILD_SOURCES: readonly unknown[] = ['local', 'ci', 'agent'];

/**
 * The manifest of a worker package, unsigned (section 8, "Manifest").
 *
 * @throws {WcpError} `ERR_WCP_MANIFEST` where a member has another form than the schema asks for
 * @example signManifest(buildManifest({ worker_id, ..., package_hash: await packageHash(dir) }), key)
 */
export function buildManifest(draft: ManifestDraft): Manifest {
  const hash = normaliseHash(draft.package_hash);
  if (!isDraft(draft) || hash === null) {
    throw new WcpError(
      'ERR_WCP_MANIFEST',
      'A manifest names a worker, its species and version, its hash and times.',
    );
  }
  const { worker_id, worker_species_id, worker_version, built_at_utc, attested_at_utc, build_source } = draft;
  const sentence = `${authorityOf(worker_id)} attests at ${attested_at_utc} that ${worker_id} has the package hash ${hash}.`;
  return {
    schema_version: 'awp.v1',
    worker_id,
    worker_species_id,
    worker_version,
    package_hash: hash,
    built_at_utc,
    attested_at_utc,
    build_source,
    trust_statement: draft.trust_statement ?? sentence,
  };
}

function isDraft(draft: ManifestDraft): boolean {
  return (
    checkId(draft.worker_id, 'worker').valid &&
    checkId(draft.worker_species_id, 'worker_species').valid &&
    typeof draft.worker_version === 'string' &&
    draft.worker_version !== '' &&
    [draft.built_at_utc, draft.attested_at_utc].every((time) => typeof time === 'string' && isTime(time)) &&
    BUILD_SOURCES.includes(draft.build_source)
  );
}

/**
 * A manifest with `signature_hmac_sha256`, the existing form (section 8). It covers neither
 * `attested_at_utc` nor `trust_statement`; {@link signManifest} covers everything.
 *
 * @throws {WcpError} `ERR_WCP_KEY` for an empty key, `ERR_WCP_CANONICAL_JSON`
 */
export function signManifestHmac(manifest: Manifest, hmacKey: string): Manifest {
  if (typeof hmacKey !== 'string' || hmacKey === '')
    throw new WcpError('ERR_WCP_KEY', 'The HMAC key is empty.');
  return { ...manifest, signature_hmac_sha256: hmacOf(manifest, hmacKey) };
}

/** The HMAC of a manifest's signed members, in lower-case hexadecimal digits. */
export function hmacOf(manifest: SignedMembers, hmacKey: string): string {
  const signed = Object.fromEntries(SIGNED_MEMBERS.map((name) => [name, manifest[name]]));
  return createHmac('sha256', hmacKey).update(canonicalJson(signed)).digest('hex');
}
