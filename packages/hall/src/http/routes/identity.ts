import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, pageQuery, readPage } from '../pagination.ts';
import { leaveBody } from '../request-body.ts';
import { answers, closed, items, nullable, roleSchema } from '../wire.ts';

const text = Type.String();
const keyMembers = {
  key_id: text,
  label: text,
  roles: Type.Array(roleSchema),
  tenant_id: nullable(text),
  authority: nullable(text),
};
const KeySchema = Type.Object(keyMembers, {
  additionalProperties: true,
  title: 'Key',
  description: 'A key without its secret.',
});
const IssuedSchema = Type.Object(
  { ...keyMembers, key: Type.String({ description: 'The key itself: it is shown this once.' }) },
  { additionalProperties: true, title: 'IssuedKey' },
);
const IssuerSchema = Type.Object(
  { issuer: text, tenant_id: nullable(text), authority: nullable(text), roles: Type.Array(roleSchema) },
  { additionalProperties: true, title: 'Issuer' },
);
const optional = (description: string) =>
  Type.Optional(nullable(Type.String({ maxLength: 128, description })));
const granted = {
  roles: Type.Array(roleSchema, { minItems: 1, uniqueItems: true }),
  tenant_id: optional('With the role tenant: whom it speaks for.'),
  authority: optional('With the role worker-owner: the authority that it speaks for.'),
};
const KeyRequestSchema = closed(
  {
    label: Type.String({ minLength: 1, maxLength: 100 }),
    ...granted,
    expires_at: optional('RFC 3339, UTC; null for a key without an end.'),
  },
  { title: 'KeyRequest', description: 'What a key is made from.' },
);
const RotationSchema = closed(
  {
    grace_seconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2_592_000, description: '3600 where absent.' }),
    ),
  },
  { title: 'Rotation', description: 'How long the old key stays valid.' },
);
const publicJwk = Type.Object(
  { kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: text, kid: Type.Optional(text) },
  { additionalProperties: true },
);
const IssuerRequestSchema = closed(
  {
    issuer: Type.Optional(Type.String({ maxLength: 128, description: 'As in the path.' })),
    ...granted,
    keys: closed({ keys: Type.Array(publicJwk, { minItems: 1 }) }),
  },
  { title: 'IssuerRequest', description: 'Who signs credentials, with which keys, and for whom.' },
);
const ADMIN = { access: ['admin'] } as const;
const keyPath = closed({ key_id: Type.String({ maxLength: 64 }) });
const issuerPath = closed({ issuer: Type.String({ maxLength: 128 }) });
const PROBLEMS = [400, 401, 403, 404, 409, 429, 503];

/** API keys and the issuers of signed credentials. Their forms are checked by the identity, every finding at once. */
export function addIdentityRoutes(app: HallApp, { identity }: HallParts): void {
  const { keys, issuers } = identity;
  app.get(
    '/wcp/keys',
    {
      config: ADMIN,
      schema: {
        operationId: 'listKeys',
        summary: 'API keys, without their secrets',
        querystring: closed(pageQuery),
        response: answers({ 200: items(KeySchema) }),
      },
    },
    async ({ query }) => {
      const all = [...keys.list()].sort((a, b) => (a.key_id < b.key_id ? -1 : 1));
      return cut(all, ({ key_id }) => key_id, readPage(query)) as never;
    },
  );
  app.post(
    '/wcp/keys',
    {
      config: ADMIN,
      validatorCompiler: leaveBody,
      schema: {
        operationId: 'createKey',
        summary: 'Make an API key: its text is in this answer and nowhere else',
        body: KeyRequestSchema,
        response: answers({ 201: IssuedSchema }, PROBLEMS),
      },
    },
    async ({ body }, reply) => reply.code(201).send((await keys.create(body)) as never),
  );
  app.post(
    '/wcp/keys/:key_id/rotate',
    {
      config: ADMIN,
      validatorCompiler: leaveBody,
      schema: {
        operationId: 'rotateKey',
        summary: 'Make a successor; the old key stays valid for a while',
        params: keyPath,
        body: RotationSchema,
        response: answers({ 201: IssuedSchema }, PROBLEMS),
      },
    },
    async ({ params: { key_id }, body }, reply) =>
      reply.code(201).send((await keys.rotate(key_id, body)) as never),
  );
  app.delete(
    '/wcp/keys/:key_id',
    {
      config: ADMIN,
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke an API key at once',
        params: keyPath,
        response: answers({ 200: KeySchema }, PROBLEMS),
      },
    },
    async ({ params: { key_id } }) => (await keys.revoke(key_id)) as never,
  );
  app.get(
    '/wcp/issuers',
    {
      config: ADMIN,
      schema: {
        operationId: 'listIssuers',
        summary: 'Issuers of signed credentials',
        querystring: closed(pageQuery),
        response: answers({ 200: items(IssuerSchema) }),
      },
    },
    async ({ query }) => cut(issuers.list(), ({ issuer }) => issuer, readPage(query)) as never,
  );
  app.put(
    '/wcp/issuers/:issuer',
    {
      config: ADMIN,
      validatorCompiler: leaveBody,
      schema: {
        operationId: 'putIssuer',
        summary: 'Trust an issuer with these keys',
        params: issuerPath,
        body: IssuerRequestSchema,
        response: answers({ 200: IssuerSchema }, PROBLEMS),
      },
    },
    async ({ params, body }) => {
      const given: unknown = body;
      if (typeof given !== 'object' || given === null || Array.isArray(given)) {
        return (await issuers.put(given)) as never;
      }
      const { issuer = params.issuer } = given as { issuer?: unknown };
      if (issuer !== params.issuer)
        throw new ProblemError('INVALID_BODY', 'The issuer in the body is another than the one in the path.');
      return (await issuers.put({ ...given, issuer })) as never;
    },
  );
  app.delete(
    '/wcp/issuers/:issuer',
    {
      config: ADMIN,
      schema: {
        operationId: 'removeIssuer',
        summary: 'Trust an issuer no longer',
        params: issuerPath,
        response: answers({ 200: closed({ issuer: text }) }, PROBLEMS),
      },
    },
    async ({ params: { issuer } }) => {
      await issuers.remove(issuer);
      return { issuer } as never;
    },
  );
}
