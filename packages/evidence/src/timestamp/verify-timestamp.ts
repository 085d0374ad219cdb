import type { X509Certificate } from 'node:crypto';
import type { TimestampFindingCode } from '../base/finding.ts';
import { refuted, type Verification, verified } from '../base/verification.ts';
import { readCheckpoint } from '../log/verify-checkpoint.ts';
import { leadsToTrusted, readCertificate } from './certificate-path.ts';
import { loadPkijs, type Pkijs } from './pkijs.ts';
import {
  isForTimestamps,
  namesSigner,
  type ReadTimestamp,
  readTimestamp,
  signerOf,
} from './read-timestamp.ts';
import { bytesOf, imprintOf, OID } from './timestamp-request.ts';

/** A timestamp, and what it is verified against. */
export interface TimestampClaim {
  /** The DER of the authority's answer. */
  readonly timestamp: Uint8Array;
  readonly checkpoint: string;
  /** PEM: certificates of authorities that are trusted, those of signers or of who issued them. */
  readonly certificates: string;
  /** What the answer must repeat, where the question is known: hexadecimal digits. */
  readonly nonce?: string;
}

/** When the authority saw the checkpoint. */
export interface VerifiedTimestamp {
  /** RFC 3339, UTC. */
  readonly time: string;
}

/**
 * Verifies a timestamp on a checkpoint (RFC 3161, section 8.8), offline. Whether a certificate was revoked is not
 * asked. Takes any bytes, and throws for none.
 *
 * Needs the packages `pkijs` and `asn1js`.
 *
 * @throws {WcpError} `ERR_WCP_NOT_INSTALLED`
 * @example
 * ```ts
 * import { verifyTimestamp } from '@wcp/evidence/timestamp';
 *
 * declare const claim: import('@wcp/evidence/timestamp').TimestampClaim;
 * const verdict = await verifyTimestamp(claim);
 * console.log(verdict.ok ? verdict.time : verdict.findings[0].code);
 * ```
 */
export async function verifyTimestamp(
  claim: TimestampClaim,
): Promise<Verification<TimestampFindingCode, VerifiedTimestamp>> {
  const pkijs = await loadPkijs();
  const read = readTimestamp(pkijs, claim.timestamp);
  const time = read?.info.genTime.getTime() ?? Number.NaN;
  if (read === null || Number.isNaN(time)) return refuted('TIMESTAMP_MALFORMED');
  if (!isAbout(read, claim)) return refuted('TIMESTAMP_MISMATCH');
  const trusted = certificatesOf(claim.certificates);
  const signer = attempt(() => signerOf(pkijs, read, trusted));
  const isKnown = attempt(
    () =>
      signer !== null &&
      isForTimestamps(pkijs, signer) &&
      leadsToTrusted(signer, trusted, read.certificates, time),
  );
  if (signer === null || isKnown !== true) return refuted('TIMESTAMP_AUTHORITY_UNKNOWN');
  const isSigned =
    attempt(() => namesSigner(read, signer)) === true &&
    (await isGood(pkijs, read, signer, claim.checkpoint));
  return isSigned ? verified({ time: new Date(time).toISOString() }) : refuted('TIMESTAMP_SIGNATURE_INVALID');
}

function isAbout({ info }: ReadTimestamp, { checkpoint, nonce }: TimestampClaim): boolean {
  const imprint = imprintOf(checkpoint);
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  const isSame = imprint !== null && Buffer.from(hashedMessage.getValue()).equals(imprint);
  return (
    isSame && hashAlgorithm.algorithmId === OID.sha256 && (nonce === undefined || nonceOf(info) === nonce)
  );
}

function nonceOf({ nonce }: ReadTimestamp['info']): string | null {
  return nonce === undefined ? null : Buffer.from(nonce.valueBlock.valueHexView).toString('hex');
}

/** The library finds the signer among the certificates of the message: that one alone is put there. */
async function isGood(
  { Certificate }: Pkijs,
  { signed }: ReadTimestamp,
  signer: X509Certificate,
  checkpoint: string,
): Promise<boolean> {
  try {
    signed.certificates = [Certificate.fromBER(bytesOf(signer.raw))];
    const data = bytesOf(Buffer.from(readCheckpoint(checkpoint)?.signed ?? ''));
    return (await signed.verify({ signer: 0, data, checkChain: false })) === true;
  } catch {
    return false;
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]{1,65536}-----END CERTIFICATE-----/g;
const MAX_CERTIFICATES = 100;

function certificatesOf(pem: unknown): X509Certificate[] {
  const texts = typeof pem === 'string' ? (pem.match(PEM) ?? []) : [];
  return texts.slice(0, MAX_CERTIFICATES).flatMap((text) => readCertificate(text) ?? []);
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
