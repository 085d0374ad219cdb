import type { Change, Key, TableName } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';
import { decodeText, encodeText } from './postgres-text.ts';
import { columnsIn } from './tables-in-postgres.ts';

type Value = string | number | Uint8Array | null;
type Row = Readonly<Record<string, Value | undefined>>;

/** What a commit comes to, table by table: of several changes of one row, the last. */
export interface TableChanges {
  readonly table: TableName;
  readonly removed: readonly Value[];
  /** One list of values a column; null where nothing is put. */
  readonly put: readonly (readonly Value[])[] | null;
  /** Whether none of the rows that are put may be there. */
  readonly isNew: boolean;
}

export function changesByTable(changes: readonly Change[]): TableChanges[] {
  const tables = new Map<TableName, Map<Key, Row | null>>();
  const replaced = new Set<TableName>();
  for (const change of changes) {
    const table = 'remove' in change ? change.remove : change.put;
    const rows = tables.get(table) ?? new Map<Key, Row | null>();
    tables.set(table, rows);
    const key = 'remove' in change ? change.key : keyOfRow(table, change.row);
    if ('put' in change && change.isNew !== true) replaced.add(table);
    rows.set(key, 'remove' in change ? null : (change.row as unknown as Row));
  }
  return [...tables].map(([table, rows]) => ({ ...changesOf(table, rows), isNew: !replaced.has(table) }));
}

function changesOf(table: TableName, rows: ReadonlyMap<Key, Row | null>): Omit<TableChanges, 'isNew'> {
  const put = [...rows.values()].filter((row) => row !== null);
  const columns = columnsIn(table);
  return {
    table,
    removed: [...rows].filter(([, row]) => row === null).map(([key]) => storedValue(key)),
    put: put.length === 0 ? null : columns.map(([name]) => put.map((row) => storedValue(row[name] ?? null))),
  };
}

/** A value as the database keeps it. */
export function storedValue(value: Value): Value {
  return typeof value === 'string' ? encodeText(value) : value;
}

/** A row as the database had it; bytes are copied out of what the driver read many rows into. */
export function rowOf(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? decodeText(value)
        : value instanceof Uint8Array
          ? Uint8Array.from(value)
          : value,
    ]),
  );
}
