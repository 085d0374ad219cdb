import { timingSafeEqual } from 'node:crypto';
import type { TableName, Tables } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';
import type { AnyRow, RowMac } from './row-mac.ts';
import type { TamperedRow } from './store-tampered.ts';

/** The rows that were not written with one of the keys. */
export function unsealedRows<T extends TableName>(
  table: T,
  rows: readonly Tables[T][],
  macs: readonly RowMac[],
): TamperedRow[] {
  return rows
    .filter((row) => !isSealed(table, row, macs))
    .map((row) => ({ table, key: keyOfRow(table, row) }));
}

/** Whether a row was written with one of the keys. */
export function isSealed(table: TableName, row: Tables[TableName], macs: readonly RowMac[]): boolean {
  const { mac: code } = row;
  if (!(code instanceof Uint8Array)) return false;
  return macs.some((mac) => {
    const expected = mac.of(table, row as unknown as AnyRow);
    return code.length === expected.length && timingSafeEqual(expected, code);
  });
}
