import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Change, TableName } from './store.ts';
import { CODE_COLUMN, columnsOf, keyOf } from './tables.ts';

/** Kysely's view of a table that is chosen at run time. */
export interface AnyTables {
  readonly any: Record<string, SQLInputValue>;
}

/** The name of a table for Kysely's types. */
export function anyTable(table: TableName): 'any' {
  return table as 'any';
}

interface Writing {
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly columns: readonly string[];
}

/**
 * Applies changes inside the caller's transaction. Kysely builds each statement once: at thousands of receipts a
 * second, building SQL again would cost more than running it.
 */
export class RowWriter {
  readonly #database: DatabaseSync;
  readonly #db: Kysely<AnyTables>;
  readonly #writings = new Map<TableName, Writing>();

  constructor(database: DatabaseSync, db: Kysely<AnyTables>) {
    this.#database = database;
    this.#db = db;
  }

  apply(change: Change): void {
    if ('remove' in change) {
      this.#writing(change.remove).remove.run(change.key);
      return;
    }
    const { put, columns } = this.#writing(change.put);
    const row = change.row as unknown as Record<string, SQLInputValue>;
    put.run(...columns.map((name) => row[name] ?? null));
  }

  #writing(table: TableName): Writing {
    const known = this.#writings.get(table);
    if (known !== undefined) return known;
    const made = this.#prepare(table);
    this.#writings.set(table, made);
    return made;
  }

  #prepare(table: TableName): Writing {
    const key = keyOf(table);
    const columns = [...columnsOf(table), CODE_COLUMN];
    const blank = Object.fromEntries(columns.map((name) => [name, '']));
    const others = columns.filter((name) => name !== key);
    const put = this.#db
      .insertInto(anyTable(table))
      .values(blank)
      .onConflict((conflict) =>
        conflict
          .column(key)
          .doUpdateSet((on) => Object.fromEntries(others.map((name) => [name, on.ref(`excluded.${name}`)]))),
      );
    const remove = this.#db.deleteFrom(anyTable(table)).where(key, '=', '');
    return {
      put: this.#database.prepare(put.compile().sql),
      remove: this.#database.prepare(remove.compile().sql),
      columns,
    };
  }
}
