import { setTimeout as pause } from 'node:timers/promises';
import { WcpError } from '@wcp/spec';
import type { Client } from 'pg';
import { SerialQueue } from '../../base/serial-queue.ts';
import { clientOf, loadDriver } from '../postgres/driver.ts';
import { postgresError } from '../postgres/postgres-error.ts';
import { type PostgresSettings, type WholeSettings, wholeSettings } from '../postgres/postgres-settings.ts';
import { checkServer, prepareSchema } from '../postgres/prepare-schema.ts';
import { changesByTable, rowOf, storedValue } from '../postgres/row-values.ts';
import { putStatement, quoted } from '../postgres/tables-in-postgres.ts';
import { takeWriterLock } from '../postgres/writer-lock.ts';
import type { Change, Key, Query, TableName, Tables } from '../store/store.ts';
import { keyOf, TABLES } from '../store/tables.ts';
import type { IncomingStore } from './incoming-store.ts';

/** Milliseconds that a statement over a whole table may take: nobody waits for an answer meanwhile. */
const STATEMENT_MS = 3_600_000;
const RETRY_MS = 200;

/**
 * Opens a schema of a database for rows that are copied into it. It must be empty, or hold what an interrupted transfer
 * of the same store left: that is removed. Until it is complete, its version is negative, which every Hall refuses.
 *
 * @param owner names the key of the store
 * @throws {WcpError} `ERR_WCP_STORE` where it holds anything else, is in use, or cannot be reached
 */
export async function openIncomingDatabase(given: PostgresSettings, owner: string): Promise<IncomingStore> {
  const settings = { ...wholeSettings(given), statement_timeout_ms: STATEMENT_MS };
  const client = clientOf(await loadDriver(), settings);
  try {
    await client.connect();
    await checkServer(client);
    await takeLock(client, wholeSettings(given));
    // The commit at the end is waited for, and with it everything before it.
    await client.query('SET synchronous_commit = off');
    await inTransaction(client, () => makeEmpty(client, settings.schema, owner));
    return new IncomingDatabase(client, settings.schema, owner);
  } catch (error) {
    await client.end().catch(() => {});
    throw postgresError(error);
  }
}

async function takeLock(client: Client, { schema, connect_timeout_ms }: WholeSettings): Promise<void> {
  for (const until = performance.now() + connect_timeout_ms; ; ) {
    if (await takeWriterLock(client, schema, false)) return;
    if (performance.now() >= until) throw refused('The schema is in use by a Hall, or by another transfer.');
    await pause(RETRY_MS);
  }
}

/** What stands in the place of the last commit until a transfer is complete. */
interface Marker {
  readonly transfer_of: string;
  /** What it made: nothing else is ever removed. */
  readonly tables: readonly string[];
}

async function makeEmpty(client: Client, schema: string, owner: string): Promise<void> {
  // The lock under which a Hall makes its tables.
  await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`wcp:${schema}`]);
  if ((await tablesOf(client, schema)).includes('store')) await removeIncomplete(client, schema, owner);
  await prepareSchema(client, schema);
  const marker: Marker = { transfer_of: owner, tables: await tablesOf(client, schema) };
  await client.query(`UPDATE ${quoted(schema)}.store SET version = -version, last_commit = $1`, [
    JSON.stringify(marker),
  ]);
}

async function removeIncomplete(client: Client, schema: string, owner: string): Promise<void> {
  const { rows } = await client.query<{ version: number; last_commit: string }>(
    `SELECT version, last_commit FROM ${quoted(schema)}.store`,
  );
  const [found] = rows;
  if (found === undefined || found.version >= 0) {
    const isOwn = found?.last_commit === completedBy(owner);
    throw refused(isOwn ? COMPLETE : `${OCCUPIED} Choose another schema, or remove this one.`);
  }
  const { transfer_of, tables } = JSON.parse(found.last_commit) as Marker;
  if (transfer_of !== owner) throw refused(OF_ANOTHER);
  for (const table of tables) await client.query(`DROP TABLE ${quoted(schema)}.${quoted(table)}`);
}

async function tablesOf(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 ORDER BY table_name',
    [schema],
  );
  return rows.map(({ name }) => name);
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** The last commit of a store that was moved and that no Hall has written to yet. */
function completedBy(owner: string): string {
  return `transferred ${owner}`;
}

class IncomingDatabase implements IncomingStore {
  readonly #client: Client;
  readonly #schema: string;
  readonly #owner: string;
  /** One connection answers one question at a time. */
  readonly #queue = new SerialQueue();

  constructor(client: Client, schema: string, owner: string) {
    this.#client = client;
    this.#schema = schema;
    this.#owner = owner;
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const [row] = await this.list(table, { where: { [keyOf(table)]: key } as Partial<Tables[T]>, limit: 1 });
    return row ?? null;
  }

  async list<T extends TableName>(table: T, query: Query<T> = {}): Promise<Tables[T][]> {
    const { where = {}, after, limit = 100, descending = false } = query;
    const values: (Key | null)[] = [];
    const is = (name: string, sign: string, value: Key) =>
      `${quoted(name)} ${sign} $${values.push(storedValue(value) as Key)}`;
    const conditions = Object.entries(where as Readonly<Record<string, Key | null>>).map(([name, value]) =>
      value === null ? `${quoted(name)} IS NULL` : is(name, '=', value),
    );
    const key = keyOf(table);
    if (after !== undefined) conditions.push(is(key, descending ? '<' : '>', after));
    const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const order = `ORDER BY ${quoted(key)} ${descending ? 'DESC' : 'ASC'} LIMIT ${limit}`;
    const rows = await this.#query(`SELECT * FROM ${this.#named(table)} ${filter} ${order}`, values);
    return rows.map((row) => rowOf(row) as unknown as Tables[T]);
  }

  async count(table: TableName): Promise<number> {
    const [row] = await this.#query(`SELECT count(*) AS total FROM ${this.#named(table)}`);
    return Number(row?.['total']);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    for (const { table, put } of changesByTable(changes)) {
      if (put !== null) await this.#query(putStatement(this.#schema, table, true), [...put]);
    }
  }

  /** Nothing was ever removed from it. */
  async wipe(): Promise<void> {}

  async complete(): Promise<void> {
    // For the planner of the database, which has seen none of the rows.
    for (const table of Object.keys(TABLES) as TableName[])
      await this.#query(`ANALYZE ${this.#named(table)}`);
    try {
      await inTransaction(this.#client, async () => {
        await this.#client.query('SET LOCAL synchronous_commit = on');
        const store = `${quoted(this.#schema)}.store`;
        const moved = await this.#client.query(
          `UPDATE ${store} SET version = -version, last_commit = $1 WHERE version < 0`,
          [completedBy(this.#owner)],
        );
        if (moved.rowCount !== 1) throw refused('The schema was changed meanwhile.');
      });
    } catch (error) {
      throw postgresError(error);
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  #named(table: TableName): string {
    return `${quoted(this.#schema)}.${quoted(table)}`;
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    try {
      const asked = () => this.#client.query<Record<string, unknown>>(text, [...values]);
      return (await this.#queue.run(asked)).rows;
    } catch (error) {
      throw postgresError(error);
    }
  }
}

const OCCUPIED = 'The schema already holds the store of a Hall: nothing was changed.';
const COMPLETE = `${OCCUPIED} It is this one, moved earlier, and no Hall has used it yet: let server.json name it.`;
const OF_ANOTHER =
  'Another store is being moved into this schema. Choose another schema, or finish that one first.';

function refused(message: string): WcpError {
  return new WcpError('ERR_WCP_STORE', message);
}
