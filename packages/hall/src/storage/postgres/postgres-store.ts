import { WcpError } from '@wcp/spec';
import { Kysely, PostgresDialect } from 'kysely';
import type { Client, Pool } from 'pg';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { Change, Key, Others, Query, Store, TableName, Tables, Work } from '../store/store.ts';
import { keyOf, TABLES } from '../store/tables.ts';
import { clientOf, type Driver, loadDriver, poolOf } from './driver.ts';
import { postgresError } from './postgres-error.ts';
import { type PostgresSettings, type WholeSettings, wholeSettings } from './postgres-settings.ts';
import { changesByTable, rowOf, storedValue, type TableChanges } from './row-values.ts';
import { putStatement, quoted, removeStatement } from './tables-in-postgres.ts';
import { Writer } from './writer.ts';

/**
 * Opens a store in a schema of a PostgreSQL database (15 or later): what a commit resolved is flushed to its disk. No
 * other Hall can open the schema until the store is closed, but where each of them says that it shares it.
 *
 * @throws {WcpError} `ERR_WCP_STORE`: cannot be reached, in use, read-only, of another version, not durable
 */
export async function openPostgresStore(given: PostgresSettings): Promise<Store> {
  const settings = wholeSettings(given);
  const driver = await loadDriver();
  const writer = await Writer.open(driver, settings);
  return new PostgresStore(driver, settings, writer);
}

/** Kysely's view of a table that is chosen at run time. */
interface AnyTables {
  readonly any: Record<string, unknown>;
}

class PostgresStore implements Store {
  readonly #driver: Driver;
  readonly #settings: WholeSettings;
  readonly #writer: Writer;
  readonly #pool: Pool;
  readonly #db: Kysely<AnyTables>;
  readonly #queue = new SerialQueue();
  #isOpen = true;

  constructor(driver: Driver, settings: WholeSettings, writer: Writer) {
    this.#driver = driver;
    this.#settings = settings;
    this.#writer = writer;
    this.#pool = poolOf(driver, settings);
    const db = new Kysely<AnyTables>({ dialect: new PostgresDialect({ pool: this.#pool }) });
    this.#db = db.withSchema(settings.schema);
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    return this.#attempt(async () => {
      const row = await this.#from(table).where(keyOf(table), '=', storedValue(key)).executeTakeFirst();
      return row === undefined ? null : (rowOf(row) as unknown as Tables[T]);
    });
  }

  async list<T extends TableName>(table: T, query: Query<T> = {}): Promise<Tables[T][]> {
    const { where = {}, after, limit = 100, descending = false } = query;
    const key = keyOf(table);
    return this.#attempt(async () => {
      let select = this.#from(table);
      for (const [name, value] of Object.entries(where) as [string, string | number | null][]) {
        select =
          value === null ? select.where(name, 'is', null) : select.where(name, '=', storedValue(value));
      }
      if (after !== undefined) select = select.where(key, descending ? '<' : '>', storedValue(after));
      const rows = await select
        .orderBy(key, descending ? 'desc' : 'asc')
        .limit(limit)
        .execute();
      return rows.map((row) => rowOf(row) as unknown as Tables[T]);
    });
  }

  async count(table: TableName): Promise<number> {
    return this.#attempt(async () => {
      const { total } = await this.#db
        .selectFrom(table as 'any')
        .select((on) => on.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return Number(total);
    });
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (!this.#isOpen) throw closed();
    if (changes.length > 0) await this.transact(async () => ({ changes, committed: () => {} }));
  }

  async transact<R>(work: Work<R>): Promise<R> {
    if (!this.#isOpen) throw closed();
    const apply = async (client: Client, changes: readonly Change[]) => {
      for (const table of changesByTable(changes)) await this.#apply(client, table);
    };
    return this.#queue.run(() => this.#writer.transact(work, apply));
  }

  async others(after: number | null): Promise<Others> {
    return this.#attempt(() => this.#writer.others(this.#pool, after));
  }

  /** The log of the server and its copies elsewhere hold what was removed until they are recycled. */
  async wipe(): Promise<void> {
    const names = (Object.keys(TABLES) as TableName[]).map(
      (name) => `${quoted(this.#settings.schema)}."${name}"`,
    );
    // However large the tables are: the limit is that of the statements that a request waits for.
    const client = clientOf(this.#driver, { ...this.#settings, statement_timeout_ms: 0 });
    await this.#attempt(async () => {
      try {
        await client.connect();
        await client.query(`VACUUM ${names.join(', ')}`);
      } finally {
        await client.end().catch(() => {});
      }
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#queue.idle();
    await this.#writer.close();
    await this.#pool.end();
  }

  async #apply(client: Client, { table, removed, put, isNew }: TableChanges): Promise<void> {
    const { schema } = this.#settings;
    if (removed.length > 0) {
      await client.query({
        name: `wcp-remove-${table}`,
        text: removeStatement(schema, table),
        values: [removed],
      });
    }
    if (put === null) return;
    const name = `wcp-${isNew ? 'add' : 'put'}-${table}`;
    await client.query({ name, text: putStatement(schema, table, isNew), values: [...put] });
  }

  #from(table: TableName) {
    return this.#db.selectFrom(table as 'any').selectAll();
  }

  async #attempt<R>(work: () => Promise<R>): Promise<R> {
    if (!this.#isOpen) throw closed();
    try {
      return await work();
    } catch (error) {
      throw postgresError(error);
    }
  }
}

function closed(): WcpError {
  return new WcpError('ERR_WCP_STORE', 'The store is closed.');
}
