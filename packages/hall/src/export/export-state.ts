import type { Change, StatefulRow, Store } from '../storage/store/store.ts';

/** How far an export has come. */
export interface ExportState {
  /** The position of the next receipt that it sends. */
  readonly next: number;
  /** Receipts that their target refused for good. */
  readonly refused: number;
}

/** A receipt that a target refused for good: it stays in the log, and can be sent again by hand. */
export interface RefusedReceipt {
  readonly name: string;
  readonly position: number;
  /** What the target answered last. */
  readonly reason: string;
  /** When it answered that. */
  readonly at: string;
}

const STATE = 'export';
const REFUSED = 'export-refused';
const POSITION_DIGITS = 16;
/** More than any settings name. */
const MAX_EXPORTS = 10_000;

/** @returns null for an export that never sent anything */
export async function readExportState(store: Store, name: string): Promise<ExportState | null> {
  const row = await store.get('meta', `${STATE}/${name}`);
  return row === null ? null : (JSON.parse(row.document) as ExportState);
}

/** How far every export came that this log ever had, also those that no setting names any more. */
export async function storedExports(store: Store): Promise<({ readonly name: string } & ExportState)[]> {
  const rows = await store.list('meta', { where: { state: STATE }, limit: MAX_EXPORTS });
  return rows.map(({ id, document }) => ({
    name: id.slice(STATE.length + 1),
    ...(JSON.parse(document) as ExportState),
  }));
}

export function exportStateChange(name: string, state: ExportState, at: string): Change {
  return { put: 'meta', row: rowOf(`${STATE}/${name}`, STATE, at, state) };
}

export function refusedChange(receipt: RefusedReceipt): Change {
  const { name, position, at } = receipt;
  return { put: 'meta', row: rowOf(refusedId(name, position), REFUSED, at, receipt) };
}

/** What {@link refusedChange} stored is no longer refused. */
export function takenChange({ name, position }: Pick<RefusedReceipt, 'name' | 'position'>): Change {
  return { remove: 'meta', key: refusedId(name, position) };
}

/** @returns null where the target of the export took the receipt, or never got it */
export async function findRefused(
  store: Store,
  name: string,
  position: number,
): Promise<RefusedReceipt | null> {
  const row = await store.get('meta', refusedId(name, position));
  return row === null ? null : readRefused(row);
}

/** The receipts that the target of an export refused for good, in the order of the log. */
export async function refusedReceipts(
  store: Store,
  name: string,
  { after = null, limit = 1_000 }: { readonly after?: number | null; readonly limit?: number } = {},
): Promise<RefusedReceipt[]> {
  const rows = await store.list('meta', {
    where: { state: REFUSED },
    after: after === null ? `${REFUSED}/${name}/` : refusedId(name, after),
    limit,
  });
  return rows.filter(({ id }) => id.startsWith(`${REFUSED}/${name}/`)).map(readRefused);
}

function refusedId(name: string, position: number): string {
  return `${REFUSED}/${name}/${String(position).padStart(POSITION_DIGITS, '0')}`;
}

/** Rows of earlier versions have their time in the column alone. */
function readRefused({ document, at }: StatefulRow): RefusedReceipt {
  return { at, ...(JSON.parse(document) as Omit<RefusedReceipt, 'at'>) };
}

function rowOf(id: string, state: string, at: string, document: object): StatefulRow {
  return { id, state, at, document: JSON.stringify(document) };
}
