import { authorityOf, type RegistryRecord, recordHash } from '@wcp/spec';
import type { AttestCode } from '../base/finding.ts';
import { own } from '../base/own-member.ts';
import { type Refuted, refuted, type Verified, verified } from '../base/verification.ts';
import { isEnvelope, readStatement } from './dsse.ts';
import { readManifestFile } from './manifest-file.ts';
import { packageHash } from './package-folder.ts';
import { type AttestExpectation, verifyManifest } from './verify-manifest.ts';

/** A record as it is enrolled, or why the manifest of its package attests nothing. */
export type RecordAttestation = Verified<{ readonly record: RegistryRecord }> | Refuted<AttestCode>;

/** The keys that may attest a package. */
export type AttestKeys = Pick<AttestExpectation, 'authority_keys' | 'hmac_key'>;

/**
 * Puts what the verified manifest in a package's folder attests into the record of its worker, and seals it
 * (sections 4.2 and 8). The record in the package cannot hold it: it is part of what is hashed.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` where the folder has no package hash
 * @example
 * ```ts
 * import type { RegistryRecord } from '@wcp/spec';
 * import { attestRecord } from '@wcp/evidence/package';
 *
 * declare const record: RegistryRecord;
 * declare const publicKey: string;
 * const attested = await attestRecord('workers/doc-summarizer', record, {
 *   authority_keys: { 'org.acme': [publicKey] },
 * });
 * console.log(attested.ok ? attested.record.attestation?.code_hash : attested.findings[0].code);
 * ```
 */
export async function attestRecord(
  dir: string,
  record: Omit<RegistryRecord, 'artifact_hash'>,
  keys: AttestKeys,
): Promise<RecordAttestation> {
  const { worker_id, worker_species_id } = record;
  const { manifest, problem } = await readManifestFile(dir);
  if (manifest === null) return refuted('ATTEST_MANIFEST_MISSING', problem);
  const package_hash = await packageHash(dir);
  const checked = verifyManifest({ ...keys, worker_id, worker_species_id, manifest, package_hash });
  if (!checked.ok) return refuted(checked.findings[0].code);
  const attested = {
    ...record,
    attestation: {
      code_hash: package_hash,
      hash_method: 'signed-manifest' as const,
      attested_at: signedTimeOf(manifest),
      attested_by: `namespace-key@${authorityOf(worker_id)}`,
    },
  };
  return verified({ record: { ...attested, artifact_hash: recordHash(attested) } as RegistryRecord });
}

/** The signature of the HMAC form does not cover the time of the attestation, only that of the build. */
function signedTimeOf(manifest: unknown): string {
  const time = isEnvelope(manifest)
    ? own(readStatement(manifest)?.manifest, 'attested_at_utc')
    : own(manifest, 'built_at_utc');
  return String(time);
}
