import { hash, randomBytes } from 'node:crypto';
import { WcpError } from '@wcp/spec/json';
import { readCheckpoint } from '../log/verify-checkpoint.ts';

/** Object identifiers of RFC 3161, RFC 5652 and RFC 5035. */
export const OID = {
  sha256: '2.16.840.1.101.3.4.2.1',
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  extendedKeyUsage: '2.5.29.37',
  timestamping: '1.3.6.1.5.5.7.3.8',
} as const;

/** A question to an authority of timestamps. */
export interface TimestampRequest {
  /** The DER to be sent as `application/timestamp-query`. */
  readonly der: Buffer;
  /** What the answer must repeat, in hexadecimal digits. */
  readonly nonce: string;
}

const NONCE_BYTES = 8;

/**
 * The DER of a TimeStampReq in the order of its members: version 1, SHA-256 and the hash, the nonce, and that the
 * certificate shall come along. Its lengths are fixed, because the hash and the nonce have fixed ones.
 */
const BEFORE_HASH = Buffer.from('3043020101' + '3031300d0609608648016503040201' + '0500' + '0420', 'hex');
const BEFORE_NONCE = Buffer.from('0208', 'hex');
const WITH_CERTIFICATE = Buffer.from('0101ff', 'hex');

/**
 * Asks for a timestamp on a checkpoint (RFC 3161, section 8.8): on the SHA-256 of its text, without the signatures.
 *
 * @throws {WcpError} `ERR_WCP_CHECKPOINT` for something else than a checkpoint
 * @example
 * ```ts
 * import { timestampRequest } from '@wcp/evidence/timestamp';
 *
 * declare const checkpoint: string;
 * const { der } = timestampRequest(checkpoint);
 * const headers = { 'content-type': 'application/timestamp-query' };
 * console.log((await fetch('https://tsa.example/', { method: 'POST', headers, body: der })).status);
 * ```
 */
export function timestampRequest(checkpoint: string): TimestampRequest {
  const imprint = imprintOf(checkpoint);
  if (imprint === null) throw new WcpError('ERR_WCP_CHECKPOINT', 'A timestamp is asked for a checkpoint.');
  const nonce = randomBytes(NONCE_BYTES);
  // Positive, and without a zero before it: DER has one form for each number.
  nonce.writeUInt8((nonce.readUInt8(0) & 0x7f) | 0x40, 0);
  const der = Buffer.concat([BEFORE_HASH, imprint, BEFORE_NONCE, nonce, WITH_CERTIFICATE]);
  return { der, nonce: nonce.toString('hex') };
}

/** What a timestamp on a checkpoint is about; null for something else than a checkpoint. */
export function imprintOf(checkpoint: unknown): Buffer | null {
  const note = readCheckpoint(checkpoint);
  return note === null ? null : hash('sha256', note.signed, 'buffer');
}

/** A buffer of its own: the library reads from its beginning. */
export function bytesOf(data: Uint8Array): ArrayBuffer {
  return Uint8Array.from(data).buffer;
}
