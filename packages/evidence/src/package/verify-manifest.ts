import { timingSafeEqual } from 'node:crypto';
import { authorityOf, type Sha256 } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import type { AttestCode } from '../base/finding.ts';
import { isObject, own } from '../base/own-member.ts';
import { refuted, type Verification, verified } from '../base/verification.ts';
import { keysOfAuthority } from '../key/authority-keys.ts';
import {
  isEnvelope,
  isEnvelopeSignedBy,
  PREDICATE_TYPE,
  readStatement,
  STATEMENT_TYPE,
  signaturesOf,
} from './dsse.ts';
import { hmacOf, SIGNED_MEMBERS, type SignedMembers } from './manifest.ts';
import { hashFiles, type PackageFile } from './package-hash.ts';

/** The worker that a package must belong to, and the keys that may attest it. */
export interface AttestExpectation {
  readonly worker_id: string;
  readonly worker_species_id: string;
  /** For the HMAC form: the text whose UTF-8 is the key. */
  readonly hmac_key?: string | undefined;
  /** For envelopes: the raw public keys of each authority namespace, 64 hexadecimal digits each. */
  readonly authority_keys?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A manifest and the package to check it against: its files, or its hash made before. */
export interface ManifestClaim extends AttestExpectation {
  /** A manifest in the HMAC form or as a DSSE envelope, as it was found. */
  readonly manifest: unknown;
  readonly files?: readonly PackageFile[];
  readonly package_hash?: string;
}

/**
 * Verifies a manifest: its worker, its package and its signature, in this order; the one finding is that of
 * the first check that fails (sections 8 and 13, "Packages and manifests"). Fails closed: an unreadable
 * manifest attests nothing.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` for files without a package hash, once that check is reached
 * @example
 * ```ts
 * import { verifyManifest } from '@wcp/evidence';
 *
 * declare const manifest: unknown;
 * declare const publicKey: string;
 * const result = verifyManifest({
 *   manifest,
 *   files: [{ path: 'worker.js', content: 'export {}' }],
 *   worker_id: 'org.acme.doc-summarizer.prod-01',
 *   worker_species_id: 'wrk.doc.summarizer',
 *   authority_keys: { 'org.acme': [publicKey] },
 * });
 * if (!result.ok) console.log(result.findings[0].code);
 * ```
 */
export function verifyManifest(claim: ManifestClaim): Verification<AttestCode> {
  const reading = readManifest(claim.manifest);
  if (reading === null) return refuted('ATTEST_MANIFEST_MISSING');
  const mismatch = checkIdentity(reading, claim);
  if (mismatch !== null) return refuted(mismatch);
  const hash =
    claim.package_hash === undefined ? hashFiles(claim.files as readonly PackageFile[]) : claim.package_hash;
  const code = checkHash(reading, normaliseHash(hash)) ?? checkSignature(reading, claim);
  return code === null ? verified({}) : refuted(code);
}

/** The members of a manifest that are checked, each read once. */
export interface ManifestReading {
  readonly members: SignedMembers;
  /** What the signed statement says of its subject; null in the HMAC form. */
  readonly statement: ReturnType<typeof readStatement>;
  readonly hmac: unknown;
  readonly envelope: unknown;
}

/** Reads either form of a manifest; null for anything else. */
export function readManifest(found: unknown): ManifestReading | null {
  const statement = isEnvelope(found) ? readStatement(found) : null;
  const manifest = isEnvelope(found) ? statement?.manifest : found;
  if (!isObject(manifest)) return null;
  const members = Object.fromEntries(SIGNED_MEMBERS.map((name) => [name, own(manifest, name)]));
  return {
    members: members as SignedMembers,
    statement,
    hmac: own(manifest, 'signature_hmac_sha256'),
    envelope: found,
  };
}

/** The second check, once there is a manifest: it belongs to this worker. */
export function checkIdentity(
  { members, statement }: ManifestReading,
  expected: AttestExpectation,
): AttestCode | null {
  const same =
    members.worker_id === expected.worker_id &&
    members.worker_species_id === expected.worker_species_id &&
    (statement === null || statement.subjectName === expected.worker_id);
  return same ? null : 'ATTEST_MANIFEST_ID_MISMATCH';
}

/** The third check: the manifest covers exactly this code. */
export function checkHash({ members, statement }: ManifestReading, hash: Sha256 | null): AttestCode | null {
  const same =
    hash !== null &&
    normaliseHash(members.package_hash) === hash &&
    (statement === null || `sha256:${statement.subjectHash}` === hash);
  return same ? null : 'ATTEST_HASH_MISMATCH';
}

/** The last two checks: it is signed, and by a key that may attest. */
export function checkSignature(reading: ManifestReading, expected: AttestExpectation): AttestCode | null {
  const isWritten =
    reading.members.schema_version === 'awp.v1' &&
    SIGNED_MEMBERS.every((name) => typeof reading.members[name] === 'string');
  return reading.statement === null
    ? checkHmac(reading, expected.hmac_key, isWritten)
    : checkEnvelope(reading, expected, isWritten);
}

function checkHmac({ members, hmac }: ManifestReading, key: unknown, isWritten: boolean): AttestCode | null {
  if (hmac === undefined || hmac === null || hmac === '' || typeof key !== 'string' || key === '') {
    return 'ATTEST_SIGNATURE_MISSING';
  }
  return isWritten && isHmac(hmac, members, key) ? null : 'ATTEST_SIG_INVALID';
}

function isHmac(hmac: unknown, members: SignedMembers, key: string): boolean {
  if (typeof hmac !== 'string') return false;
  try {
    // Throws for texts of different lengths.
    return timingSafeEqual(Buffer.from(hmac), Buffer.from(hmacOf(members, key)));
  } catch {
    return false;
  }
}

function checkEnvelope(
  reading: ManifestReading,
  expected: AttestExpectation,
  isWritten: boolean,
): AttestCode | null {
  const { statement, envelope } = reading;
  if (signaturesOf(envelope).length === 0) return 'ATTEST_SIGNATURE_MISSING';
  const isTyped = statement?.type === STATEMENT_TYPE && statement.predicateType === PREDICATE_TYPE;
  const keys = keysOfAuthority(expected.authority_keys, authorityOf(expected.worker_id));
  return isWritten && isTyped && isEnvelopeSignedBy(envelope, keys) ? null : 'ATTEST_SIG_INVALID';
}
