import { LOG_STREAM } from '@wcp/evidence/receipt';
import { compileWorld, explain } from '@wcp/router';
import type { PlacedReceipt } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import { writeForm } from '../../export/receipt-forms.ts';
import { type DecisionRecord, readDecisionRecord } from '../../storage/decision-record.ts';
import { gonePayload } from '../../storage/payload/gone-payload.ts';
import { rowThere } from '../../storage/seal/row-there.ts';
import type { ReceiptRow, Store } from '../../storage/store/store.ts';
import { visibleTenant } from '../access.ts';
import { type Items, type Page, positionOf, readPage, withOmitted } from '../pagination.ts';
import type { Routes } from '../route.ts';
import { readReceipt, readResult, readWorldDocuments } from '../stored.ts';

type ReceiptFilter = Partial<Pick<ReceiptRow, 'stream' | 'correlation_id' | 'decision_id' | 'kind'>>;

const NOTHING = { items: [], next_cursor: null };

/** Decisions, their receipts and the worlds that they were made in (section 8). */
export const DECISION_ROUTES = {
  listDecisions: {
    async handle({ hall: { storage }, query, principal }) {
      const { outcome, deny_code, tenant_id, correlation_id, ...page } = query;
      const stream = streamFor(visibleTenant(principal), tenant_id);
      if (stream === 'foreign') return NOTHING;
      const filter = { kind: 'decision', ...stream, ...(correlation_id !== undefined && { correlation_id }) };
      const { items, next_cursor } = await listReceipts(storage.store, filter, readPage(page));
      const records = await Promise.all(
        items.map(({ position }) => readDecisionRecord(storage.store, position)),
      );
      const held = records.filter((record) => record !== null);
      const isWanted = ({ decision }: DecisionRecord) =>
        (outcome === undefined || decision.outcome === outcome) &&
        (deny_code === undefined || decision.deny_code === deny_code);
      const missing = items.filter((_, index) => records[index] === null).map(({ position }) => position);
      const lost = missing.length === 0 ? [] : await storage.payloads.lost('decisions', { keys: missing });
      return withOmitted({ items: held.filter(isWanted), next_cursor }, lost.length);
    },
  },
  showDecision: {
    async handle({ hall: { storage }, params: { decision_id }, principal }) {
      const { store } = storage;
      const tenant = visibleTenant(principal);
      const rows = await store.list('receipts', { where: { decision_id } });
      const made = rows.find(
        ({ kind, stream }) => kind === 'decision' && (tenant === null || stream === tenant),
      );
      if (made === undefined) throw new ProblemError('NOT_FOUND', 'There is no such decision.');
      const record = await readDecisionRecord(store, made.position);
      if (record === null) throw await gonePayload(store, made);
      return {
        ...record,
        receipts: rows.map(({ receipt }) => readReceipt(receipt)),
        explanation: await explained(store, record),
        result: readResult(await store.get('results', decision_id)),
      };
    },
  },
  listReceiptForms: {
    async handle({ hall: { storage, keys, origin }, query: { form, stream, ...page } }) {
      const filter = stream === undefined ? {} : { stream };
      const { items, next_cursor } = await listReceipts(storage.store, filter, readPage(page));
      const written = await Promise.all(
        items.map(async (row) => ({
          position: row.position,
          document: await writeForm(form, { origin, ...place(row) }, () => keys.signer),
        })),
      );
      return { items: written, next_cursor };
    },
  },
  listReceipts: {
    async handle({ hall: { storage }, query: { cursor, limit, stream: wanted, ...filter }, principal }) {
      const tenant = visibleTenant(principal);
      const page = readPage({
        ...(cursor !== undefined && { cursor }),
        ...(limit !== undefined && { limit }),
      });
      if (tenant !== null && wanted === LOG_STREAM) return erasuresOf(storage.store, tenant, page);
      const stream = streamFor(tenant, wanted);
      if (stream === 'foreign') return NOTHING;
      const { items, next_cursor } = await listReceipts(storage.store, { ...filter, ...stream }, page);
      return { items: items.map(place), next_cursor };
    },
  },
  showWorld: {
    async handle({ hall: { storage }, params: { digest } }) {
      const row = await storage.store.get('worlds', digest);
      if (row === null) throw new ProblemError('NOT_FOUND', 'There is no world with this digest.');
      return readWorldDocuments(row.documents);
    },
  },
} satisfies Partial<Routes>;

/**
 * The filter by stream: a tenant sees its own alone, and nothing where it names another's.
 *
 * @param visible the one tenant whose records the caller may see; null for all
 */
function streamFor(visible: string | null, wanted: string | undefined): { stream?: string } | 'foreign' {
  if (visible === null) return wanted === undefined ? {} : { stream: wanted };
  return wanted === undefined || wanted === visible ? { stream: visible } : 'foreign';
}

/**
 * A page of the receipts of what was forgotten, as a tenant sees them: those that name it, or nobody. Others say who
 * else there is. A page may be shorter than it could be, and still have another after it.
 */
async function erasuresOf(store: Store, tenant: string, page: Page): Promise<Items<PlacedReceipt>> {
  const { items, next_cursor } = await listReceipts(store, { stream: LOG_STREAM, kind: 'erasure' }, page);
  const told = await Promise.all(
    items.map(place).map(async (placed) => ((await isTold(store, tenant, placed)) ? [placed] : [])),
  );
  return { items: told.flat(), next_cursor };
}

async function isTold(
  store: Store,
  tenant: string,
  { receipt: { erasure } }: PlacedReceipt,
): Promise<boolean> {
  if (erasure === undefined || erasure.tenant_id !== null) return erasure?.tenant_id === tenant;
  const { decision_id } = erasure;
  if (decision_id === null) return true;
  const [made] = await store.list('receipts', { where: { decision_id, stream: tenant }, limit: 1 });
  return made !== undefined;
}

/** A page of receipts in the order of the log; the cursor is the position of the last one. */
async function listReceipts(store: Store, where: ReceiptFilter, page: Page): Promise<Items<ReceiptRow>> {
  const after = positionOf(page);
  const rows = await store.list('receipts', {
    where,
    limit: page.limit + 1,
    ...(after !== null && { after }),
  });
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const hasMore = rows.length > page.limit && last !== undefined;
  return { items, next_cursor: hasMore ? String(last.position) : null };
}

function place({ position, receipt }: ReceiptRow): PlacedReceipt {
  return { position, receipt: readReceipt(receipt) };
}

/** Explained in the world in which it was decided; null where that world has no digest. */
async function explained(store: Store, { facts, input, decision }: DecisionRecord): Promise<object | null> {
  const { world_digest } = decision;
  if (world_digest === null) return null;
  const row = await rowThere(store, 'worlds', world_digest);
  const { catalog_version: catalogVersion, ...documents } = readWorldDocuments(row.documents);
  const { steps, changes, remedy } = explain(compileWorld({ ...documents, catalogVersion }), facts, input);
  return { steps, changes, remedy };
}
