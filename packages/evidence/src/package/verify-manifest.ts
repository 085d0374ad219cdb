import { timingSafeEqual } from 'node:crypto';
import { authorityOf, type Sha256 } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import { isObject, listOf, own } from '../own-member.ts';
import {
  isEnvelope,
  isEnvelopeSignedBy,
  normalisePublicKey,
  PREDICATE_TYPE,
  readStatement,
  STATEMENT_TYPE,
  signaturesOf,
} from './dsse.ts';
import { hmacOf, SIGNED_MEMBERS, type SignedMembers } from './manifest.ts';
import { hashFiles, type PackageFile } from './package-hash.ts';

/** Why a package is not attested (section 8), in the order in which it is checked. */
export type AttestCode =
  | 'ATTEST_MANIFEST_MISSING'
  | 'ATTEST_MANIFEST_ID_MISMATCH'
  | 'ATTEST_HASH_MISMATCH'
  | 'ATTEST_SIGNATURE_MISSING'
  | 'ATTEST_SIG_INVALID';

/** Who a package must be, and the keys that may say so. */
export interface AttestExpectation {
  readonly worker_id: string;
  readonly worker_species_id: string;
  /** For the HMAC form: the text whose UTF-8 is the key. */
  readonly hmac_key?: string | undefined;
  /** For envelopes: by authority namespace its raw public keys, 64 hexadecimal digits each. */
  readonly authority_keys?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A manifest, and the package that it is held against: as files, or as a hash made before. */
export interface ManifestClaim extends AttestExpectation {
  /** A manifest in the HMAC form or a DSSE envelope, as it was found. */
  readonly manifest: unknown;
  readonly files?: readonly PackageFile[];
  readonly package_hash?: string;
}

/** Whether a package is attested, and if not, why. */
export type Attestation =
  | { readonly ok: true; readonly deny_code: null }
  | { readonly ok: false; readonly deny_code: AttestCode };

/**
 * Checks a manifest against a package and its signature (sections 8 and 13, "Packages and manifests").
 * Fails closed: whatever can't be read is not attested.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` for files without a package hash, once that check is reached
 * @example verifyManifest({ manifest, files, worker_id, worker_species_id, hmac_key }).deny_code
 */
export function verifyManifest(claim: ManifestClaim): Attestation {
  const reading = readManifest(claim.manifest);
  const early = checkIdentity(reading, claim);
  if (reading === null || early !== null) return answer(early);
  const hash =
    claim.package_hash === undefined ? hashFiles(claim.files as readonly PackageFile[]) : claim.package_hash;
  return answer(checkHash(reading, normaliseHash(hash)) ?? checkSignature(reading, claim));
}

/** A manifest as far as it is checked; each member read once. */
export interface ManifestReading {
  readonly members: SignedMembers;
  /** What the signed statement says of its subject; null in the HMAC form. */
  readonly statement: ReturnType<typeof readStatement>;
  readonly hmac: unknown;
  readonly envelope: unknown;
}

/** Reads either form of a manifest; null for what is none. */
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

/** The answer for the first check that failed, or for none. */
export function answer(deny_code: AttestCode | null): Attestation {
  return deny_code === null ? { ok: true, deny_code } : { ok: false, deny_code };
}

/** The first two checks: there is a manifest, and it is this worker's. */
export function checkIdentity(
  reading: ManifestReading | null,
  expected: AttestExpectation,
): AttestCode | null {
  if (reading === null) return 'ATTEST_MANIFEST_MISSING';
  const { members, statement } = reading;
  const same =
    members.worker_id === expected.worker_id &&
    members.worker_species_id === expected.worker_species_id &&
    (statement === null || statement.subjectName === expected.worker_id);
  return same ? null : 'ATTEST_MANIFEST_ID_MISMATCH';
}

/** The third check: the manifest is about this very code. */
export function checkHash({ members, statement }: ManifestReading, hash: Sha256 | null): AttestCode | null {
  const same =
    hash !== null &&
    normaliseHash(members.package_hash) === hash &&
    (statement === null || `sha256:${statement.subjectHash}` === hash);
  return same ? null : 'ATTEST_HASH_MISMATCH';
}

/** The last two checks: it is signed, and by one who may. */
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
  const keys = keysOf(expected.authority_keys, authorityOf(expected.worker_id));
  return isWritten && isTyped && isEnvelopeSignedBy(envelope, keys) ? null : 'ATTEST_SIG_INVALID';
}

/** The keys that are registered for an authority and for no other. */
function keysOf(registered: unknown, authority: string | null): unknown[] {
  if (authority === null || !isObject(registered)) return [];
  const others = Object.keys(registered).filter((name) => name !== authority);
  const foreign = new Set(others.flatMap((name) => keyList(registered, name).map(normalisePublicKey)));
  return keyList(registered, authority).filter((key) => !foreign.has(normalisePublicKey(key)));
}

function keyList(registered: object, authority: string): unknown[] {
  return listOf(own(registered, authority)) ?? [];
}
