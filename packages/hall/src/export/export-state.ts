import type { Change, StatefulRow, Store } from '../storage/store/store.ts';

/** How far an export has come. */
export interface ExportState {
  /** The position of the next receipt that it sends. */
  readonly next: number;
  /** Receipts that their target refused for good. */
  readonly refused: number;
}

/** A receipt that a target refused for good: it stays in the log, and can be exported by hand. */
export interface RefusedReceipt {
  readonly name: string;
  readonly position: number;
  readonly reason: string;
}

const STATE = 'export';
const REFUSED = 'export-refused';
const POSITION_DIGITS = 16;

/** @returns null for an export that never sent anything */
export async function readExportState(store: Store, name: string): Promise<ExportState | null> {
  const row = await store.get('meta', `${STATE}/${name}`);
  return row === null ? null : (JSON.parse(row.document) as ExportState);
}

export function exportStateChange(name: string, state: ExportState, at: string): Change {
  return { put: 'meta', row: rowOf(`${STATE}/${name}`, STATE, at, state) };
}

export function refusedChange(receipt: RefusedReceipt, at: string): Change {
  const id = `${REFUSED}/${receipt.name}/${String(receipt.position).padStart(POSITION_DIGITS, '0')}`;
  return { put: 'meta', row: rowOf(id, REFUSED, at, receipt) };
}

/** The receipts that were refused for good, by export and position. */
export async function refusedReceipts(store: Store, limit = 1_000): Promise<RefusedReceipt[]> {
  const rows = await store.list('meta', { where: { state: REFUSED }, limit });
  return rows.map(({ document }) => JSON.parse(document) as RefusedReceipt);
}

function rowOf(id: string, state: string, at: string, document: object): StatefulRow {
  return { id, state, at, document: JSON.stringify(document) };
}
