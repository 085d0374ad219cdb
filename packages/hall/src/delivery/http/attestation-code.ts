import type { CodeAttestationCode } from '@wcp/evidence/code-attestation';

/** Why it is not known which code a worker elsewhere runs. */
export type AttestationCode =
  | CodeAttestationCode
  | `CODE_ATTESTATION_${'UNREACHABLE' | 'TIMEOUT' | 'NOT_ANSWERED' | 'TOO_LARGE'}`;

/** What each code means to the operator of a Hall, and what to do. Nothing of what a server sent is repeated. */
export const ATTESTATION_MEANINGS: Readonly<Record<AttestationCode, string>> = {
  CODE_ATTESTATION_UNREACHABLE:
    'Its server cannot be reached, so its code is not attested. Start it, or correct url in server.json.',
  CODE_ATTESTATION_TIMEOUT:
    'Its server did not say in time which code it runs. Find out what keeps it busy, or what stands between.',
  CODE_ATTESTATION_NOT_ANSWERED:
    'Its server does not say which code it runs. Serve it with `wcp worker serve DIR --sandbox --authority-key FILE`, or take "attested" out of server.json.',
  CODE_ATTESTATION_TOO_LARGE: 'Its server answers with more than an attestation of code may have.',
  CODE_ATTESTATION_MALFORMED: 'Its server answers with something that is not an attestation of code.',
  CODE_ATTESTATION_WORKER_MISMATCH:
    'The server at its address runs another worker. Correct url or record in server.json.',
  CODE_ATTESTATION_AUDIENCE_MISMATCH:
    'The attestation of its code was made for another Hall: somebody passes on what was said to that one.',
  CODE_ATTESTATION_NONCE_MISMATCH:
    'The attestation of its code answers another question: somebody shows an earlier one again.',
  CODE_ATTESTATION_AUTHORITY_UNKNOWN:
    'No key is registered for its authority and for it alone. `wcp authorities add AUTHORITY --keys FILE` registers one.',
  CODE_ATTESTATION_KEY_UNKNOWN:
    'The attestation of its code names a key that is not in force for its authority. Serve it with one that is, or register that one.',
  CODE_ATTESTATION_SIGNATURE_INVALID:
    'The attestation of its code was changed on its way, or is not signed with the key that it names: somebody may stand between.',
  CODE_ATTESTATION_STALE:
    'The clock of its server is more than five minutes behind that of this Hall. Correct it.',
  CODE_ATTESTATION_FROM_FUTURE:
    'The clock of its server is more than five minutes ahead of that of this Hall. Correct it.',
};
