import { createHmac } from 'node:crypto';
import { authorityOf, checkId, type Manifest } from '@wcp/spec';
import { isTime } from '@wcp/spec/document';
import { canonicalJson, normaliseHash, WcpError } from '@wcp/spec/json';

/** What a manifest is made from; the caller supplies the times. */
export interface ManifestDraft {
  readonly worker_id: string;
  readonly worker_species_id: string;
  readonly worker_version: string;
  readonly package_hash: string;
  readonly built_at_utc: string;
  readonly attested_at_utc: string;
  readonly build_source: 'local' | 'ci' | 'agent';
  /** One sentence; absent, one with the namespace, the time and the hash. */
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
 * @throws {WcpError} `ERR_WCP_MANIFEST` where a member is malformed
 * @example
 * ```ts
 * import { buildManifest, packageHash } from '@wcp/evidence';
 *
 * const now = new Date().toISOString();
 * const manifest = buildManifest({
 *   worker_id: 'org.acme.doc-summarizer.prod-01',
 *   worker_species_id: 'wrk.doc.summarizer',
 *   worker_version: '1.0.0',
 *   package_hash: await packageHash('workers/doc-summarizer'),
 *   built_at_utc: now,
 *   attested_at_utc: now,
 *   build_source: 'local',
 * });
 * console.log(manifest.trust_statement);
 * ```
 */
export function buildManifest(draft: ManifestDraft): Manifest {
  const hash = normaliseHash(draft.package_hash);
  if (!isDraft(draft) || hash === null) {
    throw new WcpError(
      'ERR_WCP_MANIFEST',
      'A manifest needs a worker, its species and version, a package hash, two times and a build source.',
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
 * Signs a manifest with `signature_hmac_sha256`, the older form (section 8). It covers neither
 * `attested_at_utc` nor `trust_statement`; {@link signManifest} covers everything.
 *
 * @throws {WcpError} `ERR_WCP_KEY` for an empty key, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import type { Manifest } from '@wcp/spec';
 * import { signManifestHmac } from '@wcp/evidence/package';
 *
 * declare const manifest: Manifest;
 * declare const hmacKey: string;
 * console.log(signManifestHmac(manifest, hmacKey).signature_hmac_sha256);
 * ```
 */
export function signManifestHmac(manifest: Manifest, hmacKey: string): Manifest {
  if (typeof hmacKey !== 'string' || hmacKey === '')
    throw new WcpError('ERR_WCP_KEY', 'The HMAC key must not be empty.');
  return { ...manifest, signature_hmac_sha256: hmacOf(manifest, hmacKey) };
}

/** The HMAC of a manifest's signed members, in lower-case hexadecimal digits. */
export function hmacOf(manifest: SignedMembers, hmacKey: string): string {
  const signed = Object.fromEntries(SIGNED_MEMBERS.map((name) => [name, manifest[name]]));
  return createHmac('sha256', hmacKey).update(canonicalJson(signed)).digest('hex');
}
