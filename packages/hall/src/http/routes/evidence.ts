import { compileWorld, explain } from '@wcp/router';
import { ReceiptSchema, RegistryRecordSchema, RouteDecisionSchema } from '@wcp/spec/document';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { type DecisionRecord, readDecisionRecord } from '../../storage/store/decision-record.ts';
import type { ReceiptRow, Store } from '../../storage/store/store.ts';
import { principalOf, READERS, visibleTenant } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { type Items, type Page, pageQuery, readPage } from '../pagination.ts';
import { answers, closed, free, items, nullable } from '../wire.ts';
import { listReceipts, type ReceiptFilter } from './receipt-list.ts';

const text = Type.String({ maxLength: 200 });
const RecordSchema = closed({
  position: Type.Integer(),
  input: Type.Unknown(),
  facts: free('The facts that the decision was made with (section 4.4).'),
  decision: RouteDecisionSchema,
});

const WorldDocumentsSchema = closed(
  {
    catalog_version: text,
    config: Type.Unknown(),
    rules: Type.Unknown(),
    workers: Type.Array(RegistryRecordSchema),
  },
  { title: 'WorldDocuments', description: 'The documents that a world was compiled from.' },
);

/** What was decided, and the receipts of it (section 8). */
export function addEvidenceRoutes(app: HallApp, { storage }: HallParts): void {
  const { store } = storage;
  app.get(
    '/wcp/decisions',
    {
      config: { access: READERS },
      schema: {
        operationId: 'listDecisions',
        summary: 'Decisions with the input and the facts that they were made from, the oldest first',
        description:
          'With outcome or deny_code a page may hold fewer items than asked for, even none, and go on: the end is where next_cursor is null.',
        querystring: closed({
          ...pageQuery,
          outcome: Type.Optional(Type.Enum(['DISPATCH', 'DENY', 'STEWARD_HOLD'])),
          deny_code: Type.Optional(text),
          tenant_id: Type.Optional(text),
          correlation_id: Type.Optional(text),
        }),
        response: answers({ 200: items(RecordSchema) }),
      },
    },
    async (request) => {
      const { outcome, deny_code, tenant_id, correlation_id, ...page } = request.query;
      const tenant = visibleTenant(principalOf(request));
      const filter: ReceiptFilter = {
        kind: 'decision',
        ...((tenant ?? tenant_id) !== undefined && { stream: (tenant ?? tenant_id) as string }),
        ...(correlation_id !== undefined && { correlation_id }),
      };
      if (tenant !== null && tenant_id !== undefined && tenant_id !== tenant)
        return { items: [], next_cursor: null } as never;
      const { items: receipts, next_cursor } = await listReceipts(store, filter, readPage(page));
      const records = await Promise.all(receipts.map(({ position }) => readDecisionRecord(store, position)));
      const wanted = records.filter(
        ({ decision }) =>
          (outcome === undefined || decision.outcome === outcome) &&
          (deny_code === undefined || decision.deny_code === deny_code),
      );
      return { items: wanted, next_cursor } as never;
    },
  );
  app.get(
    '/wcp/decisions/:decision_id',
    {
      config: { access: READERS },
      schema: {
        operationId: 'showDecision',
        summary: 'One decision: what it was made from, its receipts, and each step explained',
        params: closed({ decision_id: text }),
        response: answers(
          {
            200: closed({
              position: Type.Integer(),
              input: Type.Unknown(),
              facts: free('The facts (section 4.4).'),
              decision: RouteDecisionSchema,
              receipts: Type.Array(ReceiptSchema),
              explanation: nullable(
                free('Each step with what it saw, and the smallest change that would allow it.'),
              ),
              result: Type.Unknown(),
            }),
          },
          [400, 401, 403, 404, 429, 503],
        ),
      },
    },
    async (request) => {
      const { decision_id } = request.params;
      const tenant = visibleTenant(principalOf(request));
      const rows = await store.list('receipts', { where: { decision_id } });
      const made = rows.find(
        ({ kind, stream }) => kind === 'decision' && (tenant === null || stream === tenant),
      );
      if (made === undefined) throw new ProblemError('NOT_FOUND', 'There is no such decision.');
      const record = await readDecisionRecord(store, made.position);
      const result = await store.get('results', decision_id);
      return {
        ...record,
        receipts: rows.map(({ receipt }) => JSON.parse(receipt) as unknown),
        explanation: await explained(store, record),
        result:
          result === null ? null : ((JSON.parse(result.document) as { result: unknown }).result ?? null),
      } as never;
    },
  );
  app.get(
    '/wcp/receipts',
    {
      config: { access: READERS },
      schema: {
        operationId: 'listReceipts',
        summary: 'Receipts in the order of the log',
        querystring: closed({
          ...pageQuery,
          stream: Type.Optional(text),
          correlation_id: Type.Optional(text),
          decision_id: Type.Optional(text),
        }),
        response: answers({ 200: items(closed({ position: Type.Integer(), receipt: ReceiptSchema })) }),
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const tenant = visibleTenant(principalOf(request));
      const none: Items<ReceiptRow> = { items: [], next_cursor: null };
      const isForeign = tenant !== null && filter.stream !== undefined && filter.stream !== tenant;
      const wanted = tenant === null ? filter : { ...filter, stream: tenant };
      const page: Page = readPage({
        ...(cursor !== undefined && { cursor }),
        ...(limit !== undefined && { limit }),
      });
      const found = isForeign ? none : await listReceipts(store, wanted, page);
      const shown = found.items.map(({ position, receipt }) => ({
        position,
        receipt: JSON.parse(receipt) as unknown,
      }));
      return { items: shown, next_cursor: found.next_cursor } as never;
    },
  );
  app.get(
    '/wcp/worlds/:digest',
    {
      config: { access: ['auditor', 'admin'] },
      schema: {
        operationId: 'showWorld',
        summary: 'The documents of a world that was in force',
        params: closed({ digest: text }),
        response: answers({ 200: WorldDocumentsSchema }, [400, 401, 403, 404, 429, 503]),
      },
    },
    async ({ params: { digest } }) => {
      const row = await store.get('worlds', digest);
      if (row === null) throw new ProblemError('NOT_FOUND', 'No world with this digest was in force.');
      return JSON.parse(row.documents) as never;
    },
  );
}

/** Explained in the world in which it was decided; null where that world has no digest. */
async function explained(store: Store, { facts, input, decision }: DecisionRecord): Promise<object | null> {
  const world =
    typeof decision.world_digest === 'string' ? await store.get('worlds', decision.world_digest) : null;
  if (world === null) return null;
  const { catalog_version: catalogVersion, ...documents } = JSON.parse(world.documents) as {
    catalog_version: string;
  };
  const { steps, changes, remedy } = explain(compileWorld({ ...documents, catalogVersion }), facts, input);
  return { steps, changes, remedy };
}
