import { sha256 } from '@wcp/spec';
import type { AnyRow } from '../seal/row-mac.ts';
import type { Change, EventRow, StatefulRow, Store, TableName } from '../store/store.ts';

/** The tables whose rows have a payload. */
export type ConvertedTable = Extract<
  TableName,
  'decisions' | 'events' | 'approvals' | 'credentials' | 'outbox' | 'results' | 'dead_letters' | 'idempotency'
>;

type Convert = (row: AnyRow, store: Pick<Store, 'list'>) => Promise<Change>;

/** What a row of version 3 becomes: each names its tenant, by which its payload is kept. */
export const CONVERSIONS: Readonly<Record<ConvertedTable, Convert>> = {
  async decisions(row) {
    const { tenant_id, data_label, timestamp } = parse(row['decision']);
    const named = { tenant_id: textOf(tenant_id), data_label: textOf(data_label), at: String(timestamp) };
    return { put: 'decisions', row: { ...without(row), ...named } } as Change;
  },
  /** Events of an outcome did not say where its receipt is. */
  async events(row, store) {
    if (row['events'] === null) return { put: 'events', row: without(row) as unknown as EventRow };
    const [first] = JSON.parse(String(row['events'])) as readonly { readonly decision_id?: unknown }[];
    const { decision_id } = Object(first) as { readonly decision_id?: unknown };
    const receipts =
      typeof decision_id === 'string' ? await store.list('receipts', { where: { decision_id } }) : [];
    const position = receipts.find(({ kind }) => kind === 'outcome')?.position ?? null;
    return { put: 'events', row: { ...(without(row) as unknown as EventRow), position } };
  },
  async approvals(row) {
    return {
      put: 'approvals',
      row: { ...stateful(row), tenant_id: textOf(parse(row['document'])['tenant_id']) },
    };
  },
  async credentials(row) {
    const { tenant_id } = Object(parse(row['document'])['claims']) as { readonly tenant_id?: unknown };
    return { put: 'credentials', row: { ...stateful(row), tenant_id: textOf(tenant_id) } };
  },
  async outbox(row, store) {
    const decision_id = approvalOf(stateful(row));
    return {
      put: 'outbox',
      row: { ...stateful(row), decision_id, tenant_id: await tenantOf(decision_id, store) },
    };
  },
  async results(row, store) {
    return { put: 'results', row: { ...stateful(row), tenant_id: await tenantOf(String(row['id']), store) } };
  },
  async dead_letters(row) {
    return {
      put: 'dead_letters',
      row: { ...stateful(row), tenant_id: textOf(parse(row['document'])['tenant_id']) },
    };
  },
  /** The key was the tenant, a space, and what the tenant chose. */
  async idempotency(row) {
    const id = String(row['id']);
    const tenant_id = id.slice(0, id.indexOf(' '));
    return { put: 'idempotency', row: { ...stateful(row), id: sha256(id), tenant_id } };
  },
};

/** Which approval a notice is about: a message that was posted names it in its key, a notice in its body. */
function approvalOf({ id, state, document }: StatefulRow): string {
  if (state === 'posted') return id.slice(id.lastIndexOf(' ') + 1);
  const body = String(parse(document)['body']);
  if (!body.startsWith('{')) return body;
  return String((Object(parse(body)['data']) as { readonly approval_id?: unknown }).approval_id);
}

async function tenantOf(decision_id: string, store: Pick<Store, 'list'>): Promise<string | null> {
  const [receipt] = await store.list('receipts', { where: { decision_id }, limit: 1 });
  return receipt === undefined || receipt.stream === '(none)' ? null : receipt.stream;
}

function stateful(row: AnyRow): StatefulRow {
  const { id, state, at, document } = row as unknown as StatefulRow;
  return { id, state, at, document };
}

function without({ mac: _, ...row }: AnyRow): AnyRow {
  return row;
}

function parse(text: unknown): Readonly<Record<string, unknown>> {
  return Object(JSON.parse(String(text))) as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
