import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { WcpError } from '@wcp/spec';
import { Kysely, SqliteDialect } from 'kysely';
import { type AnyTables, anyTable, RowWriter } from './row-writer.ts';
import { asSqliteDatabase } from './sqlite-database.ts';
import { copyDatabase, emptyJournal, openDatabase, openReadOnly } from './sqlite-file.ts';
import type { Change, FileStore, Key, Query, Store, TableName, Tables } from './store.ts';
import { storeError } from './store-error.ts';
import { keyOf } from './tables.ts';

/**
 * Opens a store in one SQLite file (WAL, `synchronous=FULL`): what a commit resolved survives a crash and a power
 * cut. No other process can open the file until the store is closed.
 *
 * @throws {WcpError} `ERR_WCP_STORE`: locked by another process, not writable, damaged, of a newer version
 */
export function openSqliteStore(file: string): FileStore {
  return storeOver(openDatabase(file));
}

/**
 * The store in a file that was opened.
 *
 * @param isWithin a transaction is open, which the caller ends: a commit is then a part of it
 */
export function storeOver(database: DatabaseSync, isWithin = false): FileStore {
  return new SqliteStore(database, isWithin);
}

/**
 * Opens a store that is only looked at: nobody has it open, and it was closed in order.
 *
 * @throws {WcpError} `ERR_WCP_STORE`: not readable, damaged, of another version
 */
export function readSqliteStore(file: string): Store {
  return new SqliteStore(openReadOnly(file));
}

class SqliteStore implements FileStore {
  readonly #database: DatabaseSync;
  readonly #isWithin: boolean;
  readonly #db: Kysely<Tables>;
  readonly #writer: RowWriter;
  readonly #selects = new Map<TableName, StatementSync>();

  constructor(database: DatabaseSync, isWithin = false) {
    this.#database = database;
    this.#isWithin = isWithin;
    this.#db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asSqliteDatabase(database) }) });
    this.#writer = new RowWriter(database, this.#dynamic);
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    return this.#attempt(async () => (this.#select(table).get(key) ?? null) as Tables[T] | null);
  }

  async list<T extends TableName>(table: T, query: Query<T> = {}): Promise<Tables[T][]> {
    const { where = {}, after, limit = 100, descending = false } = query;
    const key = keyOf(table);
    return this.#attempt(async () => {
      let select = this.#dynamic.selectFrom(anyTable(table)).selectAll();
      for (const [name, value] of Object.entries(where) as [string, SQLInputValue][]) {
        select = value === null ? select.where(name, 'is', null) : select.where(name, '=', value);
      }
      if (after !== undefined) select = select.where(key, descending ? '<' : '>', after);
      const rows = await select
        .orderBy(key, descending ? 'desc' : 'asc')
        .limit(limit)
        .execute();
      return rows as unknown as Tables[T][];
    });
  }

  async count(table: TableName): Promise<number> {
    return this.#attempt(async () => {
      const { total } = await this.#dynamic
        .selectFrom(anyTable(table))
        .select((on) => on.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return Number(total);
    });
  }

  async leaves(first: number, limit: number): Promise<Uint8Array[]> {
    return this.#attempt(async () => {
      const rows = await this.#db
        .selectFrom('receipts')
        .select('leaf')
        .where('position', '>=', first)
        .where('position', '<', first + limit)
        .orderBy('position')
        .execute();
      return rows.map(({ leaf }) => leaf);
    });
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (!this.#database.isOpen) throw closed();
    if (this.#isWithin) return this.#apply(changes);
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#apply(changes);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw storeError(error);
    }
  }

  async wipe(): Promise<void> {
    await this.#attempt(async () => emptyJournal(this.#database));
  }

  async copyTo(file: string): Promise<void> {
    await this.#attempt(() => copyDatabase(this.#database, file));
  }

  async close(): Promise<void> {
    await this.#db.destroy();
    if (this.#database.isOpen) this.#database.close();
  }

  #apply(changes: readonly Change[]): void {
    for (const change of changes) this.#writer.apply(change);
  }

  /** The statement that reads one row, built once: a commit reads rows before it replaces them. */
  #select(table: TableName): StatementSync {
    const known = this.#selects.get(table);
    if (known !== undefined) return known;
    const query = this.#dynamic.selectFrom(anyTable(table)).selectAll().where(keyOf(table), '=', '');
    const made = this.#database.prepare(query.compile().sql);
    this.#selects.set(table, made);
    return made;
  }

  /** Tables are chosen at run time: what Kysely cannot type is typed by {@link Store}. */
  get #dynamic(): Kysely<AnyTables> {
    return this.#db as unknown as Kysely<AnyTables>;
  }

  async #attempt<R>(work: () => Promise<R>): Promise<R> {
    if (!this.#database.isOpen) throw closed();
    try {
      return await work();
    } catch (error) {
      throw storeError(error);
    }
  }
}

function closed(): WcpError {
  return new WcpError('ERR_WCP_STORE', 'The store is closed.');
}
