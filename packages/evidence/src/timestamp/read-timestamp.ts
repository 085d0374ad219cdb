import type { X509Certificate } from 'node:crypto';
import { hash } from 'node:crypto';
import type { BaseBlock, OctetString, Sequence } from 'asn1js';
import type { SignedData, TSTInfo } from 'pkijs';
import { readCertificate } from './certificate-path.ts';
import type { Pkijs } from './pkijs.ts';
import { bytesOf, OID } from './timestamp-request.ts';

/** The answer of an authority in its parts, before anything of it is believed. */
export interface ReadTimestamp {
  readonly signed: SignedData;
  readonly info: TSTInfo;
  /** The certificates that came with it. */
  readonly certificates: readonly X509Certificate[];
}

const MAX_BYTES = 65_536;

/** Reads the DER of an answer that grants a timestamp; null for anything else. */
export function readTimestamp(pkijs: Pkijs, der: unknown): ReadTimestamp | null {
  try {
    return der instanceof Uint8Array && der.length <= MAX_BYTES ? readGranted(pkijs, der) : null;
  } catch {
    return null;
  }
}

function readGranted(pkijs: Pkijs, der: Uint8Array): ReadTimestamp | null {
  const { Certificate, PKIStatus, SignedData, TimeStampResp, TSTInfo } = pkijs;
  const granted: readonly number[] = [PKIStatus.granted, PKIStatus.grantedWithMods];
  const response = TimeStampResp.fromBER(bytesOf(der));
  const token = response.timeStampToken;
  if (!granted.includes(response.status.status) || token?.contentType !== OID.signedData) return null;
  const signed = new SignedData({ schema: token.content });
  const { eContentType, eContent } = signed.encapContentInfo;
  if (eContentType !== OID.timestampInfo || eContent === undefined || signed.signerInfos.length !== 1)
    return null;
  const info = TSTInfo.fromBER(eContent.getValue());
  const certificates = (signed.certificates ?? []).flatMap((each) =>
    each instanceof Certificate ? (readCertificate(Buffer.from(each.toSchema().toBER())) ?? []) : [],
  );
  return { signed, info, certificates };
}

/**
 * Whether the signature covers that this is a timestamp, and by which certificate it was made (RFC 5035): without
 * either, a signature that the authority made for something else could pass for one.
 */
export function namesSigner({ signed }: ReadTimestamp, signer: X509Certificate): boolean {
  const attributes = signed.signerInfos[0]?.signedAttrs?.attributes ?? [];
  const valuesOf = (type: string) =>
    attributes.filter((each) => each.type === type).map(({ values }) => values);
  const contentTypes = valuesOf(OID.contentType);
  const [v2] = valuesOf(OID.signingCertificateV2);
  const [v1] = valuesOf(OID.signingCertificate);
  const isTimestamp =
    contentTypes.length === 1 && contentTypes[0]?.[0]?.valueBlock.toString() === OID.timestampInfo;
  const named = v2?.[0] ?? v1?.[0];
  return isTimestamp && named !== undefined && firstHashes(named).some((each) => isHashOf(each, signer));
}

/** The octet strings of the first certificate that the attribute names: one of them is its hash. */
function firstHashes(attribute: BaseBlock): Buffer[] {
  const certificates = childrenOf(attribute)[0];
  const first = certificates === undefined ? undefined : childrenOf(certificates)[0];
  return (first === undefined ? [] : childrenOf(first))
    .filter((each) => each.idBlock.tagClass === 1 && each.idBlock.tagNumber === 4)
    .map((each) => Buffer.from((each as OctetString).getValue()));
}

function childrenOf(block: BaseBlock): readonly BaseBlock[] {
  const { value } = (block as Sequence).valueBlock;
  return Array.isArray(value) ? value : [];
}

/** SHA-1 where the attribute is of the first version, which names no algorithm. */
const HASHES: Readonly<Record<number, string>> = { 20: 'sha1', 32: 'sha256', 48: 'sha384', 64: 'sha512' };

function isHashOf(bytes: Buffer, certificate: X509Certificate): boolean {
  const algorithm = HASHES[bytes.length];
  return algorithm !== undefined && hash(algorithm, certificate.raw, 'buffer').equals(bytes);
}

/** The certificate that the signature names: one that came with it, or a known one. */
export function signerOf(
  { Certificate }: Pkijs,
  { signed, certificates }: ReadTimestamp,
  known: readonly X509Certificate[],
): X509Certificate | null {
  const sid = signed.signerInfos[0]?.sid;
  return (
    [...known, ...certificates].find((each) => {
      const certificate = Certificate.fromBER(bytesOf(each.raw));
      return sid?.issuer?.isEqual?.(certificate.issuer) && sid.serialNumber.isEqual(certificate.serialNumber);
    }) ?? null
  );
}

/** Whether a certificate is for timestamps and for nothing else (RFC 3161 section 2.3). */
export function isForTimestamps({ Certificate }: Pkijs, certificate: X509Certificate): boolean {
  const uses = certificate.keyUsage ?? [];
  const extensions = Certificate.fromBER(bytesOf(certificate.raw)).extensions ?? [];
  const isCritical = extensions.some(({ extnID, critical }) => extnID === OID.extendedKeyUsage && critical);
  return isCritical && uses.length === 1 && uses[0] === OID.timestamping;
}
