import { ReceiptSchema } from '@wcp/spec/document';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { type EnrolledWorker, isOut, readWorkerRow } from '../../registry/enrolled-worker.ts';
import { ANY_ROLE, principalOf } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, pageQuery, readPage } from '../pagination.ts';
import { answers, closed, free, items, nullable, WorkerSchema } from '../wire.ts';

const text = Type.String();
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
const workerPath = closed({ worker_id: Type.String({ maxLength: 64 }) });

/** Capabilities and workers, enrolment and the keys of authorities (section 4.2). */
export function addRegistryRoutes(app: HallApp, parts: HallParts): void {
  const { registry, registryAdmin, clock, journal } = parts;
  const shown = (worker: EnrolledWorker) => showWorker(worker, parts);
  app.get(
    '/wcp/capabilities',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'listCapabilities',
        summary: 'The capabilities that enrolled workers declare',
        querystring: closed(pageQuery),
        response: answers({ 200: items(closed({ capability_id: text, workers: Type.Array(text) })) }),
      },
    },
    async ({ query }) => {
      const byCapability = new Map<string, string[]>();
      for (const { record } of registry.list()) {
        for (const capability of record.capabilities) {
          byCapability.set(capability, [...(byCapability.get(capability) ?? []), record.worker_id]);
        }
      }
      const all = [...byCapability].map(([capability_id, workers]) => ({ capability_id, workers }));
      all.sort((a, b) => (a.capability_id < b.capability_id ? -1 : 1));
      return cut(all, ({ capability_id }) => capability_id, readPage(query)) as never;
    },
  );
  app.get(
    '/wcp/workers',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'listWorkers',
        summary: 'The enrolled workers',
        querystring: closed(pageQuery),
        response: answers({ 200: items(WorkerSchema) }),
      },
    },
    async ({ query }) =>
      cut(registry.list().map(shown), ({ worker_id }) => worker_id, readPage(query)) as never,
  );
  app.get(
    '/wcp/workers/:worker_id',
    {
      config: { access: ANY_ROLE },
      schema: {
        operationId: 'showWorker',
        summary: 'A worker with all of its versions',
        params: workerPath,
        response: answers(
          {
            200: closed({
              worker: WorkerSchema,
              versions: Type.Array(free('An earlier or the present enrolment.')),
            }),
          },
          [400, 401, 403, 404, 429, 503],
        ),
      },
    },
    async ({ params: { worker_id } }) => {
      const worker = registry.get(worker_id);
      if (worker === null) throw new ProblemError('NOT_FOUND', 'No such worker is enrolled.');
      const rows = await parts.storage.store.list('worker_versions', {
        where: { state: worker_id },
        limit: 1000,
      });
      return { worker: shown(worker), versions: rows.map(readWorkerRow) } as never;
    },
  );
  app.post(
    '/wcp/workers',
    {
      config: { access: ['worker-owner', 'admin'] },
      schema: {
        operationId: 'enrolWorker',
        summary: 'Enrol a worker, or a new version of it',
        description:
          'Where the authority has registered a key, the enrolment is signed over the canonical JSON of `{artifact_hash, audience, signed_at, worker_id}`; the audience is the origin of the log.',
        body: closed({
          record: free('A registry record.'),
          signature: Type.Optional(
            nullable(closed({ signing_key_id: text, signed_at: text, signature: text })),
          ),
        }),
        response: answers(
          { 201: closed({ worker: WorkerSchema, replaced: Type.Boolean(), receipt: ReceiptSchema }) },
          [400, 401, 403, 409, 429, 503],
        ),
      },
    },
    async (request, reply) => {
      const { worker, replaced, receipt } = await registryAdmin.enrol(request.body, principalOf(request));
      return reply.code(201).send({ worker: shown(worker), replaced, receipt: JSON.parse(receipt) } as never);
    },
  );
  app.delete(
    '/wcp/workers/:worker_id',
    {
      config: { access: ['worker-owner', 'admin'] },
      schema: {
        operationId: 'removeWorker',
        summary: 'Remove a worker',
        params: workerPath,
        response: answers(
          { 200: closed({ worker_id: text, receipt: ReceiptSchema }) },
          [400, 401, 403, 404, 429, 503],
        ),
      },
    },
    async (request) => {
      const { worker_id } = request.params;
      const receipt = await registryAdmin.remove(worker_id, principalOf(request));
      return { worker_id, receipt: JSON.parse(receipt) } as never;
    },
  );
  app.get(
    '/wcp/authorities',
    {
      config: { access: ['auditor', 'admin'] },
      schema: {
        operationId: 'listAuthorityKeys',
        summary: 'The public keys of authorities',
        querystring: closed(pageQuery),
        response: answers({ 200: items(AuthorityKeySchema) }),
      },
    },
    async ({ query }) => {
      const name = ({ authority, signing_key_id }: { authority: string; signing_key_id: string }) =>
        `${authority} ${signing_key_id}`;
      const all = [...registry.authorities.list()].sort((a, b) => (name(a) < name(b) ? -1 : 1));
      return cut(all, name, readPage(query)) as never;
    },
  );
  app.post(
    '/wcp/authorities',
    {
      config: { access: ['admin'] },
      schema: {
        operationId: 'addAuthorityKey',
        summary: 'Register a public key of an authority: from then on its enrolments must be signed',
        body: closed({
          authority: Type.String({ maxLength: 64 }),
          public_key: Type.String({ maxLength: 64 }),
        }),
        response: answers({ 201: AuthorityKeySchema }, [400, 401, 403, 409, 429, 503]),
      },
    },
    async ({ body: { authority, public_key } }, reply) => {
      const key = await registry.authorities.add(authority, public_key, clock.timestamp(), (changes) =>
        journal.commit(changes),
      );
      return reply.code(201).send(key as never);
    },
  );
  app.delete(
    '/wcp/authorities/:authority/:key_id',
    {
      config: { access: ['admin'] },
      schema: {
        operationId: 'revokeAuthorityKey',
        summary: 'Revoke a public key of an authority',
        params: closed({ authority: Type.String({ maxLength: 64 }), key_id: Type.String({ maxLength: 64 }) }),
        response: answers({ 200: AuthorityKeySchema }, [400, 401, 403, 404, 429, 503]),
      },
    },
    async ({ params: { authority, key_id } }) =>
      (await registry.authorities.revoke(authority, key_id, clock.timestamp(), (changes) =>
        journal.commit(changes),
      )) as never,
  );
}

function showWorker(worker: EnrolledWorker, { deliveries }: HallParts) {
  const { record, version, enrolled_at, enrolled_by, flag } = worker;
  const state = isOut(worker) ? 'flagged' : 'enrolled';
  const is_deliverable = deliveries.has(record.worker_id);
  return {
    worker_id: record.worker_id,
    state,
    version,
    enrolled_at,
    enrolled_by,
    is_deliverable,
    flag,
    record,
  };
}
