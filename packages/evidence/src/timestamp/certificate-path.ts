import { X509Certificate } from 'node:crypto';

const MAX_PATH = 8;

/**
 * Whether a certificate is a trusted one, or leads to one by issuers that were all valid at that time.
 *
 * @param others whatever came with the evidence: believed only as far as their signatures lead to a trusted one
 */
export function leadsToTrusted(
  certificate: X509Certificate,
  trusted: readonly X509Certificate[],
  others: readonly X509Certificate[],
  at: number,
): boolean {
  let current = certificate;
  for (let step = 0; step < MAX_PATH; step += 1) {
    if (!isValidAt(current, at)) return false;
    const here = current;
    if (trusted.some((each) => each.raw.equals(here.raw))) return true;
    const anchor = trusted.find((each) => issued(each, here));
    if (anchor !== undefined) return isValidAt(anchor, at);
    const issuer = others.find((each) => !each.raw.equals(here.raw) && issued(each, here));
    if (issuer === undefined) return false;
    current = issuer;
  }
  return false;
}

/** The certificate of a DER, or null. */
export function readCertificate(der: Uint8Array | string): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

function isValidAt(certificate: X509Certificate, at: number): boolean {
  return Date.parse(certificate.validFrom) <= at && at <= Date.parse(certificate.validTo);
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
