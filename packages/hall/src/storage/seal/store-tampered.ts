import { WcpError } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import type { Key, TableName } from '../store/store.ts';

/** A row that was not written with the key of its Hall. */
export interface TamperedRow {
  readonly table: TableName;
  readonly key: Key;
}

/** Rows that one message names; more are counted. */
const MAX_NAMED = 5;
/** Characters of a key that are shown: it may be an intruder's. */
const MAX_SHOWN = 120;

/** The error of a row that is read and not used. */
export function rowTampered(row: TamperedRow): WcpError {
  return new WcpError(
    'ERR_WCP_STORE_TAMPERED',
    `${named(row)} was changed or removed without the key of this Hall, and is not used. Stop the Hall, restore the store from a backup, and find out who can write to it.`,
  );
}

/**
 * The error of a store that is not opened.
 *
 * @param rows those that were added or edited
 * @param tables those that lack rows, or hold rows of an earlier state
 */
export function storeTampered(rows: readonly TamperedRow[], tables: readonly string[]): WcpError {
  return new WcpError(
    'ERR_WCP_STORE_TAMPERED',
    `The store is damaged: rows were changed without the key of this Hall (${foundText(rows, tables)}). Nothing was written. Restore it from a backup, and find out who can write to it.`,
  );
}

/** The error of what is found in a store that is open, in the form of {@link storeTampered}. */
export function openStoreTampered(rows: readonly TamperedRow[], tables: readonly string[]): WcpError {
  return new WcpError(
    'ERR_WCP_STORE_TAMPERED',
    `The store is damaged: rows were changed without the key of this Hall (${foundText(rows, tables)}). Nothing is stored any more. Stop the Hall, restore the store from a backup, and find out who can write to it.`,
  );
}

function foundText(rows: readonly TamperedRow[], tables: readonly string[]): string {
  const more = rows.length > MAX_NAMED ? [`${rows.length - MAX_NAMED} more`] : [];
  const edited = [...rows.slice(0, MAX_NAMED).map(named), ...more].join(', ');
  const found = [
    ...(rows.length === 0 ? [] : [`written or edited: ${edited}`]),
    ...(tables.length === 0
      ? []
      : [`removed, added or set back to an earlier state: rows of ${tables.join(', ')}`]),
  ];
  return found.join('; ');
}

function named({ table, key }: TamperedRow): string {
  const shown = typeof key === 'number' ? String(key) : `"${escapeText(key).slice(0, MAX_SHOWN)}"`;
  return `the row ${shown} of ${table}`;
}
