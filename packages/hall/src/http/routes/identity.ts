import { ProblemError } from '../../base/problem.ts';
import { cut, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

/** API keys and the issuers of signed credentials. Identity reads the bodies itself, every finding at once. */
export const IDENTITY_ROUTES = {
  listKeys: {
    handle({ hall: { identity }, query }) {
      const keys = [...identity.keys.list()].sort((a, b) => (a.key_id < b.key_id ? -1 : 1));
      return cut(keys, ({ key_id }) => key_id, readPage(query));
    },
  },
  createKey: {
    body: 'unchecked',
    handle: ({ hall: { identity }, body }) => identity.keys.create(body),
  },
  rotateKey: {
    body: 'unchecked',
    handle: ({ hall: { identity }, params: { key_id }, body }) => identity.keys.rotate(key_id, body),
  },
  revokeKey: {
    handle: ({ hall: { identity }, params: { key_id } }) => identity.keys.revoke(key_id),
  },
  listIssuers: {
    handle: ({ hall: { identity }, query }) =>
      cut(identity.issuers.list(), ({ issuer }) => issuer, readPage(query)),
  },
  putIssuer: {
    body: 'unchecked',
    handle: ({ hall: { identity }, params, body }) => identity.issuers.put(withIssuer(body, params.issuer)),
  },
  removeIssuer: {
    async handle({ hall: { identity }, params: { issuer } }) {
      await identity.issuers.remove(issuer);
      return { issuer };
    },
  },
} satisfies Partial<Routes>;

/** The body with the issuer of the path, which it may repeat. */
function withIssuer(body: unknown, named: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { issuer = named }: { readonly issuer?: unknown } = body;
  if (issuer === named) return { ...body, issuer };
  throw new ProblemError('INVALID_BODY', 'The issuer in the body differs from the one in the path.');
}
