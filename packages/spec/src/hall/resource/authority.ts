import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import {
  LOOKUP_PROBLEMS,
  type Operation,
  pageOf,
  pageQuery,
  text,
  textUpTo,
  USUAL_PROBLEMS,
} from '../operation.ts';

const AuthorityKeySchema = closed(
  {
    authority: text,
    signing_key_id: text,
    public_key: text,
    added_at: text,
    revoked_at: nullable(text),
  },
  { title: 'AuthorityKey' },
);

/** The public keys of authorities. */
export const AUTHORITY_OPERATIONS = {
  listAuthorityKeys: {
    ...ENDPOINTS.listAuthorityKeys,
    summary: 'The public keys of authorities',
    access: ['auditor', 'admin'],
    query: closed(pageQuery),
    answers: { 200: pageOf(AuthorityKeySchema) },
    problems: USUAL_PROBLEMS,
  },
  addAuthorityKey: {
    ...ENDPOINTS.addAuthorityKey,
    summary: 'Register a public key of an authority: from then on its enrolments must be signed',
    access: ['admin'],
    body: closed({ authority: textUpTo(64), public_key: textUpTo(64) }),
    answers: { 201: AuthorityKeySchema },
    problems: [400, 401, 403, 409, 429, 503],
  },
  revokeAuthorityKey: {
    ...ENDPOINTS.revokeAuthorityKey,
    summary: 'Revoke a public key of an authority',
    access: ['admin'],
    params: closed({ authority: textUpTo(64), key_id: textUpTo(64) }),
    answers: { 200: AuthorityKeySchema },
    problems: LOOKUP_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** A public key of an authority. */
export type AuthorityKey = Wire<typeof AuthorityKeySchema>;
