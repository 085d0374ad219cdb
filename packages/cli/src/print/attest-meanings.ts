import type { AttestCode } from '@wcp/evidence';

/** What each finding about a manifest means, and what to do. */
export const ATTEST_MEANINGS: Readonly<Record<AttestCode, string>> = {
  ATTEST_MANIFEST_MISSING:
    'There is no readable manifest.json (UTF-8 JSON without a byte order mark). `wcp attest build` writes one.',
  ATTEST_MANIFEST_ID_MISMATCH: 'The manifest is for another worker. Check --worker-id and --species.',
  ATTEST_HASH_MISMATCH:
    'The files have changed since they were attested. Find out who changed them before you attest them again.',
  ATTEST_SIGNATURE_MISSING:
    'The manifest is not signed, or there is no key to check it with: give --keys or --hmac-env.',
  ATTEST_SIG_INVALID: "The signature is not by a key of the worker's authority. Do not run this package.",
};
