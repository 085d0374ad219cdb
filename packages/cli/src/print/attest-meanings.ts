import type { AttestCode, EvidenceFinding } from '@wcp/evidence';

/** What each finding about a manifest means, and what to do. */
const ATTEST_MEANINGS: Readonly<Record<AttestCode, string>> = {
  ATTEST_MANIFEST_MISSING: '`wcp attest build` writes a manifest.json.',
  ATTEST_MANIFEST_ID_MISMATCH: 'The manifest is for another worker. Check --worker-id and --species.',
  ATTEST_HASH_MISMATCH:
    'The files have changed since they were attested. Find out who changed them before you attest them again.',
  ATTEST_SIGNATURE_MISSING:
    'The manifest is not signed, or there is no key to check it with: give --keys or --hmac-env.',
  ATTEST_SIG_INVALID: "The signature is not by a key of the worker's authority. Do not run this package.",
};

/** What a finding about a manifest means; of one that is missing or unreadable, also why. */
export function attestMeaning({ code, message }: EvidenceFinding<AttestCode>): string {
  const meaning = ATTEST_MEANINGS[code];
  return code === 'ATTEST_MANIFEST_MISSING' ? `${message} ${meaning}` : meaning;
}
