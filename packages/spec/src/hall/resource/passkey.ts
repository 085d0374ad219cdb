import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { freeObject, type Wire } from '../documents.ts';
import { CHANGE_PROBLEMS, type Operation, pageOf, pageQuery, text, USUAL_PROBLEMS } from '../operation.ts';

/** Base64url, of at most so many characters. */
const base64url = (maxLength: number) => Type.String({ pattern: '^[A-Za-z0-9_-]*$', maxLength });
const credentialId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,1400}$', maxLength: 1400 });

/** What a browser gives for `navigator.credentials.get`, as `toJSON` writes it (Web Authentication, level 3). */
export const AssertionSchema = closed(
  {
    id: credentialId,
    rawId: credentialId,
    type: Type.Literal('public-key'),
    response: closed({
      clientDataJSON: base64url(8192),
      authenticatorData: base64url(8192),
      signature: base64url(8192),
      userHandle: Type.Optional(nullable(base64url(128))),
    }),
    authenticatorAttachment: Type.Optional(nullable(Type.String({ maxLength: 32 }))),
    clientExtensionResults: freeObject('What extensions answered; not used.'),
  },
  { description: 'The assertion of a passkey, as a browser writes it.' },
);

/** What a browser gives for `navigator.credentials.create`, as `toJSON` writes it. */
const AttestationSchema = closed({
  id: credentialId,
  rawId: credentialId,
  type: Type.Literal('public-key'),
  response: closed({
    clientDataJSON: base64url(8192),
    attestationObject: base64url(65536),
    authenticatorData: Type.Optional(base64url(8192)),
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 16 })),
    publicKey: Type.Optional(nullable(base64url(8192))),
    publicKeyAlgorithm: Type.Optional(Type.Integer()),
  }),
  authenticatorAttachment: Type.Optional(nullable(Type.String({ maxLength: 32 }))),
  clientExtensionResults: freeObject('What extensions answered; not used.'),
});

/** What proves that a steward confirmed an approval: whoever has the public key of the passkey can check it again. */
export const PasskeyProofSchema = closed(
  {
    method: Type.Literal('webauthn'),
    passkey_id: text,
    public_key: text,
    challenged: freeObject(
      'What was confirmed. The challenge is the SHA-256 of its canonical JSON, in base64url.',
    ),
    client_data: text,
    authenticator_data: text,
    signature: text,
  },
  { description: 'How a passkey confirmed it: its public key (COSE) and what it signed, in base64url.' },
);

/** The options that `PublicKeyCredential.parseRequestOptionsFromJSON` reads. */
export const RequestOptionsSchema = freeObject('The options for `navigator.credentials.get`, as JSON.');

const PasskeySchema = closed(
  {
    passkey_id: text,
    principal_id: text,
    label: text,
    is_synced: Type.Boolean({ description: 'Whether it may be on several devices.' }),
    created_at: text,
    used_at: nullable(text),
  },
  { title: 'Passkey', description: 'What a steward confirms approvals with.' },
);

/** The passkeys with which stewards confirm approvals. */
export const PASSKEY_OPERATIONS = {
  listPasskeys: {
    ...ENDPOINTS.listPasskeys,
    summary: 'The passkeys of all stewards; a steward sees its own',
    access: ['steward', 'auditor', 'admin'],
    query: closed(pageQuery),
    answers: { 200: pageOf(PasskeySchema) },
    problems: USUAL_PROBLEMS,
  },
  beginPasskey: {
    ...ENDPOINTS.beginPasskey,
    summary: 'Begin to register a passkey',
    description:
      'The options for the browser. `confirmation` is null for the first passkey of a steward; every other one is confirmed with one that is there.',
    access: ['steward'],
    body: closed({}),
    answers: {
      200: closed({
        registration: freeObject('The options for `navigator.credentials.create`, as JSON.'),
        confirmation: nullable(RequestOptionsSchema),
      }),
    },
    problems: CHANGE_PROBLEMS,
  },
  registerPasskey: {
    ...ENDPOINTS.registerPasskey,
    summary: 'Register a passkey',
    access: ['steward'],
    body: closed({
      label: Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{1,100}$', maxLength: 100 }),
      registration: AttestationSchema,
      confirmation: Type.Optional(nullable(AssertionSchema)),
    }),
    answers: { 201: PasskeySchema },
    problems: CHANGE_PROBLEMS,
  },
  removePasskey: {
    ...ENDPOINTS.removePasskey,
    summary: 'Remove a passkey',
    description: 'Only an admin: whoever stole the key of a steward could otherwise replace the passkey.',
    access: ['admin'],
    params: closed({ passkey_id: Type.String({ minLength: 1, maxLength: 64 }) }),
    answers: { 200: PasskeySchema },
    problems: CHANGE_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A passkey of a steward. */
export type Passkey = Wire<typeof PasskeySchema>;
/** What proves that a steward confirmed an approval. */
export type PasskeyProof = Wire<typeof PasskeyProofSchema>;
/** The assertion of a passkey, as a browser writes it. */
export type PasskeyAssertion = Wire<typeof AssertionSchema>;
/** A new passkey, as a browser writes it. */
export type PasskeyAttestation = Wire<typeof AttestationSchema>;
