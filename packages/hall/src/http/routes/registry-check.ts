import { authorityOf } from '@wcp/spec';
import { BanListSchema } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';
import { Type } from 'typebox';
import { isOut } from '../../registry/enrolled-worker.ts';
import { principalOf } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, pageQuery, readPage } from '../pagination.ts';
import { leaveBody } from '../request-body.ts';
import { answers, closed, items, nullable } from '../wire.ts';

const text = Type.String();
const flag = Type.Boolean();
const PublishedListSchema = closed(
  {
    authority: text,
    sequence: Type.Integer(),
    issued_at: text,
    expires_at: text,
    entries: Type.Integer(),
    banned: Type.Integer(),
    signing_key_id: text,
    is_current: flag,
  },
  { title: 'PublishedBanList', description: 'A ban list that this Hall publishes, in short.' },
);
const WorkerCheckSchema = closed(
  {
    worker_id: text,
    is_enrolled: flag,
    artifact_hash: nullable(text),
    code_hash: nullable(text),
    attested_by: nullable(text),
    is_banned: flag,
    is_flagged: flag,
    signing_key_ids: Type.Array(text),
    are_bans_current: flag,
    checked_at: text,
  },
  { title: 'WorkerCheck', description: 'What a third party may know of a worker.' },
);
const ofAuthority = closed({ authority: Type.String({ maxLength: 64, description: 'Such as org.acme.' }) });
const PUBLIC = { access: 'public' } as const;

/** What anybody may check: ban lists and what the registry holds of a worker (section 8, "Ban list"). */
export function addRegistryCheckRoutes(app: HallApp, parts: HallParts): void {
  const { publisher } = parts.banLists;
  app.get(
    '/wcp/registry/ban-lists',
    {
      config: PUBLIC,
      schema: {
        operationId: 'listBanLists',
        summary: 'The authorities whose ban lists this Hall publishes',
        security: [],
        querystring: closed(pageQuery),
        response: answers({ 200: items(PublishedListSchema) }, [400, 429]),
      },
    },
    async ({ query }) => cut(publisher.list(), ({ authority }) => authority, readPage(query)) as never,
  );
  app.get(
    '/wcp/registry/ban-list',
    {
      config: PUBLIC,
      schema: {
        operationId: 'showBanList',
        summary: 'The ban list of an authority, as it signed it',
        security: [],
        querystring: ofAuthority,
        response: answers({ 200: BanListSchema }, [400, 404, 429]),
      },
    },
    async ({ query: { authority } }) => publisher.document(authority) as never,
  );
  app.post(
    '/wcp/registry/ban-list',
    {
      config: { access: ['worker-owner', 'admin'] },
      // As it came: a copy with its hashes spelled alike is not what was signed.
      validatorCompiler: leaveBody,
      schema: {
        operationId: 'publishBanList',
        summary: 'Publish a signed ban list of an authority; this Hall follows it at once',
        description: 'The list is signed with a registered key of its authority.',
        body: BanListSchema,
        response: answers({ 201: PublishedListSchema }, [400, 401, 403, 409, 429, 503]),
      },
    },
    async (request, reply) =>
      reply.code(201).send((await publisher.publish(request.body, principalOf(request))) as never),
  );
  app.delete(
    '/wcp/registry/ban-list',
    {
      config: { access: ['admin'] },
      schema: {
        operationId: 'withdrawBanList',
        summary: 'Publish the ban list of an authority no longer: it bans nothing here from then on',
        querystring: ofAuthority,
        response: answers({ 200: PublishedListSchema }, [400, 401, 403, 404, 429, 503]),
      },
    },
    async (request) => (await publisher.withdraw(request.query.authority, principalOf(request))) as never,
  );
  app.get(
    '/wcp/registry/verify/:worker_id',
    {
      config: PUBLIC,
      schema: {
        operationId: 'verifyWorker',
        summary: 'Whether a worker is enrolled here, with which hashes, and whether it is banned or flagged',
        security: [],
        params: closed({ worker_id: Type.String({ maxLength: 64 }) }),
        response: answers({ 200: WorkerCheckSchema }, [400, 429]),
      },
    },
    async ({ params: { worker_id } }) => checkWorker(worker_id, parts) as never,
  );
}

function checkWorker(worker_id: string, { registry, banLists, clock }: HallParts) {
  const now = clock.latest();
  const { banned, isStale } = banLists.state(now);
  const worker = registry.get(worker_id);
  const { artifact_hash = null, attestation = {} } = worker?.record ?? {};
  const { code_hash, attested_by = null } = attestation as { code_hash?: unknown; attested_by?: string };
  const attested = normaliseHash(code_hash);
  const keys = worker === null ? [] : registry.authorities.of(authorityOf(worker_id) as string);
  return {
    worker_id,
    is_enrolled: worker !== null,
    artifact_hash,
    code_hash: attested,
    attested_by,
    is_banned: attested !== null && banned.has(attested),
    is_flagged: worker !== null && isOut(worker),
    signing_key_ids: keys.map(({ signing_key_id }) => signing_key_id),
    are_bans_current: !isStale,
    checked_at: new Date(now).toISOString(),
  };
}
