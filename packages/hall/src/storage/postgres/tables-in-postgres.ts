import type { TableName } from '../store/store.ts';
import { CODE_COLUMN, storedColumns, TABLES, type Table } from '../store/tables.ts';

const TYPES = { integer: 'bigint', text: 'text COLLATE "C"', blob: 'bytea' } as const;
/** The types of lists of values, one list a column. */
const LISTS = { integer: 'bigint[]', text: 'text[]', blob: 'bytea[]' } as const;

/** A column and its type, the key first and the code last. */
export type Column = readonly [name: string, type: keyof typeof TYPES];

const COLUMNS = new Map(
  (Object.entries(TABLES) as [TableName, Table][]).map(([name, table]) => [
    name,
    [...Object.entries(storedColumns(table)), [CODE_COLUMN, 'blob']] as readonly Column[],
  ]),
);

/** The columns of a table as they are stored. */
export function columnsIn(table: TableName): readonly Column[] {
  return COLUMNS.get(table) as readonly Column[];
}

/** What makes the tables of a schema and their indexes. */
export function schemaStatements(schema: string): string[] {
  return (Object.keys(TABLES) as TableName[]).flatMap((name) => tableStatements(schema, name));
}

function tableStatements(schema: string, name: TableName): string[] {
  const { unique, indexes }: Table = TABLES[name];
  const [key, ...others] = columnsIn(name).map(([column, type]) => `"${column}" ${TYPES[type]}`);
  const lines = [
    `${key} PRIMARY KEY`,
    ...others,
    ...unique.map((names) => `UNIQUE (${names.map((each) => `"${each}"`).join(', ')})`),
  ];
  return [
    `CREATE TABLE ${quoted(schema)}."${name}" (${lines.join(', ')})`,
    ...indexes.map((column) => `CREATE INDEX ON ${quoted(schema)}."${name}" ("${column}")`),
  ];
}

/**
 * Puts whole lists of rows: one list of values a column, in the order of {@link columnsIn}.
 *
 * @param isNew whether it fails where one of them is there
 */
export function putStatement(schema: string, table: TableName, isNew: boolean): string {
  const columns = columnsIn(table);
  const names = columns.map(([name]) => `"${name}"`);
  const lists = columns.map(([, type], at) => `$${at + 1}::${LISTS[type]}`);
  const [key, ...others] = names;
  const set = others.map((name) => `${name} = excluded.${name}`);
  const insert = `INSERT INTO ${quoted(schema)}."${table}" (${names.join(', ')}) SELECT * FROM unnest(${lists.join(', ')})`;
  return isNew ? insert : `${insert} ON CONFLICT (${key}) DO UPDATE SET ${set.join(', ')}`;
}

/** Removes the rows of a list of keys. */
export function removeStatement(schema: string, table: TableName): string {
  const [key] = columnsIn(table) as [Column];
  return `DELETE FROM ${quoted(schema)}."${table}" WHERE "${key[0]}" = ANY($1::${LISTS[key[1]]})`;
}

/** A name that is chosen by whoever configures a Hall. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
