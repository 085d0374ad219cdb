import { type Static, Type } from 'typebox';
import { closed, hashWritten, id, nullable, time } from './common.ts';
import { EnforcementSchema } from './receipt.ts';

/** What a Hall makes up for one question: random, in base64url. */
const NONCE_PATTERN = '^[A-Za-z0-9_-]{22,128}$';
/** The origin of a log: a URL without its scheme. */
const AUDIENCE_PATTERN = '^[^\\s+\\u0000-\\u001f\\u007f-\\u009f]{1,200}$';

/** What a Hall asks a server that runs a worker elsewhere (section 10.5). */
export const CodeAttestationRequestSchema = closed(
  {
    nonce: Type.String({ pattern: NONCE_PATTERN }),
    audience: Type.String({ pattern: AUDIENCE_PATTERN }),
  },
  { title: 'CodeAttestationRequest', description: 'Asks which code a worker runs (WCP section 10.5).' },
);

/** Which code a worker runs, by the word of the authority whose server runs it (section 10.5). */
export const CodeAttestationSchema = closed(
  {
    schema_version: Type.Literal('wcp-code-attestation.v1'),
    worker_id: id('worker'),
    code_hash: hashWritten(),
    nonce: Type.String({ pattern: NONCE_PATTERN }),
    audience: Type.String({ pattern: AUDIENCE_PATTERN }),
    containment: Type.Enum(['contained', 'declared']),
    enforcement: nullable(EnforcementSchema),
    at: time(),
    signing_key_id: Type.String({ pattern: '^ed25519:[0-9a-f]{16}$' }),
    signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
  },
  {
    title: 'CodeAttestation',
    description: 'Which code a worker runs, signed by its authority (WCP section 10.5).',
  },
);

/** What a Hall asks a server that runs a worker elsewhere (section 10.5). */
export type CodeAttestationRequest = Static<typeof CodeAttestationRequestSchema>;
/** Which code a worker runs, by the word of the authority whose server runs it (section 10.5). */
export type CodeAttestation = Static<typeof CodeAttestationSchema>;
