import { timingSafeEqual } from 'node:crypto';
import type { TableName, Tables } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';
import type { AnyRow, RowMac } from './row-mac.ts';
import type { TamperedRow } from './store-tampered.ts';

/** The rows that were not written with the key of the store. */
export function unsealedRows<T extends TableName>(
  table: T,
  rows: readonly Tables[T][],
  mac: RowMac,
): TamperedRow[] {
  return rows
    .filter((row) => !isSealed(table, row, mac))
    .map((row) => ({ table, key: keyOfRow(table, row) }));
}

/** Whether a row was written with the key of the store. */
export function isSealed(table: TableName, row: Tables[TableName], mac: RowMac): boolean {
  const { mac: code } = row;
  if (!(code instanceof Uint8Array)) return false;
  const expected = mac.of(table, row as unknown as AnyRow);
  return code.length === expected.length && timingSafeEqual(expected, code);
}
