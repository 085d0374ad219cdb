import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import {
  CHANGE_PROBLEMS,
  type Operation,
  pageOf,
  pageQuery,
  text,
  textUpTo,
  USUAL_PROBLEMS,
} from '../operation.ts';
import { ROLES, type Role } from '../roles.ts';

const role = Type.Enum([...ROLES]);
const access: readonly Role[] = ['admin'];

const keyMembers = {
  key_id: text,
  label: text,
  roles: Type.Array(role),
  tenant_id: nullable(text),
  authority: nullable(text),
  principal_id: text,
  state: Type.Enum(['active', 'retiring', 'revoked', 'expired']),
  created_at: text,
  expires_at: nullable(text),
  revoked_at: nullable(text),
  replaced_by: nullable(text),
};
const KeySchema = Type.Object(keyMembers, {
  additionalProperties: true,
  title: 'Key',
  description: 'An API key without its secret.',
});
const IssuedKeySchema = Type.Object(
  { ...keyMembers, key: Type.String({ description: 'The key itself, shown only this once.' }) },
  { additionalProperties: true, title: 'IssuedKey' },
);
const publicJwk = Type.Object(
  { kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: text, kid: Type.Optional(text) },
  { additionalProperties: true },
);
const IssuerSchema = Type.Object(
  {
    issuer: text,
    tenant_id: nullable(text),
    authority: nullable(text),
    roles: Type.Array(role),
    keys: closed({ keys: Type.Array(publicJwk) }),
  },
  { additionalProperties: true, title: 'Issuer' },
);

const optional = (description: string) => Type.Optional(nullable(textUpTo(128, { description })));
const granted = {
  roles: Type.Array(role, { minItems: 1, uniqueItems: true }),
  tenant_id: optional('With the role tenant: the tenant that it acts for.'),
  authority: optional('With the role worker-owner or worker: the authority that it acts for.'),
};
const KeyRequestSchema = closed(
  {
    label: Type.String({ minLength: 1, maxLength: 100 }),
    ...granted,
    expires_at: optional('RFC 3339, UTC; null for a key that does not expire.'),
  },
  { title: 'KeyRequest', description: 'The grant of a new API key.' },
);
const RotationSchema = closed(
  {
    grace_seconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2_592_000, description: 'Default 3600.' }),
    ),
  },
  { title: 'Rotation', description: 'How long the old key stays valid.' },
);
const IssuerRequestSchema = closed(
  {
    issuer: Type.Optional(textUpTo(128, { description: 'As in the path.' })),
    ...granted,
    keys: closed({ keys: Type.Array(publicJwk, { minItems: 1 }) }),
  },
  { title: 'IssuerRequest', description: 'Who signs credentials, with which keys, and for whom.' },
);
const keyPath = closed({ key_id: textUpTo(64) });
const issuerPath = closed({ issuer: textUpTo(128) });

/** API keys, and the issuers of signed credentials. */
export const IDENTITY_OPERATIONS = {
  listKeys: {
    ...ENDPOINTS.listKeys,
    summary: 'API keys, without their secrets',
    access,
    query: closed(pageQuery),
    answers: { 200: pageOf(KeySchema) },
    problems: USUAL_PROBLEMS,
  },
  createKey: {
    ...ENDPOINTS.createKey,
    summary: 'Create an API key: its text is in this answer and nowhere else',
    access,
    body: KeyRequestSchema,
    answers: { 201: IssuedKeySchema },
    problems: CHANGE_PROBLEMS,
  },
  rotateKey: {
    ...ENDPOINTS.rotateKey,
    summary: 'Create a successor; the old key stays valid for a while',
    access,
    params: keyPath,
    body: RotationSchema,
    answers: { 201: IssuedKeySchema },
    problems: CHANGE_PROBLEMS,
  },
  revokeKey: {
    ...ENDPOINTS.revokeKey,
    summary: 'Revoke an API key at once',
    access,
    params: keyPath,
    answers: { 200: KeySchema },
    problems: CHANGE_PROBLEMS,
  },
  listIssuers: {
    ...ENDPOINTS.listIssuers,
    summary: 'Issuers of signed credentials',
    access,
    query: closed(pageQuery),
    answers: { 200: pageOf(IssuerSchema) },
    problems: USUAL_PROBLEMS,
  },
  putIssuer: {
    ...ENDPOINTS.putIssuer,
    summary: 'Trust an issuer with these keys',
    access,
    params: issuerPath,
    body: IssuerRequestSchema,
    answers: { 200: IssuerSchema },
    problems: CHANGE_PROBLEMS,
  },
  removeIssuer: {
    ...ENDPOINTS.removeIssuer,
    summary: 'Stop trusting an issuer',
    access,
    params: issuerPath,
    answers: { 200: closed({ issuer: text }) },
    problems: CHANGE_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** An API key without its secret. */
export type ApiKey = Wire<typeof KeySchema>;
/** A new API key with its text. */
export type IssuedKey = Wire<typeof IssuedKeySchema>;
/** The grant of a new API key. */
export type KeyRequest = Wire<typeof KeyRequestSchema>;
/** Who signs credentials that a Hall trusts, and for whom. */
export type Issuer = Wire<typeof IssuerSchema>;
