import type { DatabaseSync } from 'node:sqlite';
import { WcpError } from '@wcp/spec';
import type { AnyRow } from '../seal/row-mac.ts';
import type { Key, Query, Store, TableName, Tables } from '../store/store.ts';

/** The rows of an earlier version, which has other columns and the same keys. */
export class EarlierStore implements Pick<Store, 'get' | 'list'> {
  readonly #database: DatabaseSync;
  readonly #keys: Readonly<Record<string, string>>;

  /** @param keys the name of the key of each table */
  constructor(database: DatabaseSync, keys: Readonly<Record<string, string>>) {
    this.#database = database;
    this.#keys = keys;
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const row = this.#database.prepare(`SELECT * FROM ${table} WHERE ${this.#keys[table]} = ?`).get(key);
    return (row ?? null) as Tables[T] | null;
  }

  async list<T extends TableName>(table: T, { after, limit = 100 }: Query<T> = {}): Promise<Tables[T][]> {
    return this.rows(table, after, limit) as unknown as Tables[T][];
  }

  /** The rows after a key, in its order, with whatever columns they have. */
  rows(table: TableName, after: Key | undefined, limit: number): AnyRow[] {
    const key = this.#keys[table];
    if (key === undefined) throw new WcpError('ERR_WCP_STORE', `The earlier store has no table ${table}.`);
    const from = after === undefined ? '' : `WHERE ${key} > ?`;
    const select = this.#database.prepare(`SELECT * FROM ${table} ${from} ORDER BY ${key} LIMIT ${limit}`);
    return select.all(...(after === undefined ? [] : [after]));
  }
}
