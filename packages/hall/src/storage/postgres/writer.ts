import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { WcpError } from '@wcp/spec';
import type { Client } from 'pg';
import { clientOf, type Driver } from './driver.ts';
import { isConnectionLost, postgresError } from './postgres-error.ts';
import type { WholeSettings } from './postgres-settings.ts';
import { checkServer, prepareSchema } from './prepare-schema.ts';
import { quoted } from './tables-in-postgres.ts';
import { takeWriterLock } from './writer-lock.ts';

/** Milliseconds between two tries to connect, or to get the lock. */
const RETRY_MS = 200;
/** A Hall that is stopped must not keep others out for ever: a session that says nothing for so long is ended. */
const SILENCE_MS = 30_000;
const HEARTBEAT_MS = 10_000;

/** A commit of which nobody said whether it was carried out. */
interface Doubt {
  readonly before: string;
  readonly after: string;
}

/**
 * The one connection of a Hall that writes. It holds a lock, so that no other Hall writes to the same schema, and each
 * commit names the one before it: where the lock was lost unnoticed, or another state came back, nothing is written.
 */
export class Writer {
  readonly #driver: Driver;
  readonly #settings: WholeSettings;
  #client: Client | null = null;
  /** The last commit, as this process knows it; null before the first connection. */
  #last: string | null = null;
  /** Why nothing can be written any more by this process. */
  #end: WcpError | null = null;
  readonly #heartbeat: NodeJS.Timeout;
  #isBusy = false;

  private constructor(driver: Driver, settings: WholeSettings) {
    this.#driver = driver;
    this.#settings = settings;
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS).unref();
  }

  /** @throws {WcpError} `ERR_WCP_STORE`: cannot be reached, in use by another Hall, not fit for evidence */
  static async open(driver: Driver, settings: WholeSettings): Promise<Writer> {
    const writer = new Writer(driver, settings);
    try {
      await writer.#connected();
      return writer;
    } catch (error) {
      await writer.close();
      throw postgresError(error);
    }
  }

  /**
   * Carries out work in one durable transaction. One after another: the caller sees to that.
   *
   * @throws {WcpError} `ERR_WCP_STORE`; nothing is written then, or the store refuses everything from then on
   */
  async transact(work: (client: Client) => Promise<void>): Promise<void> {
    this.#isBusy = true;
    try {
      const client = await this.#connected();
      const doubt = { before: this.#last as string, after: randomUUID() };
      await this.#write(client, doubt, work);
      await this.#settle(client, doubt);
    } catch (error) {
      throw postgresError(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#end ??= new WcpError('ERR_WCP_STORE', 'The store is closed.');
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  /** Everything up to the commit: what fails here is not written. */
  async #write(
    client: Client,
    { before, after }: Doubt,
    work: (client: Client) => Promise<void>,
  ): Promise<void> {
    try {
      await client.query('BEGIN');
      const moved = await client.query({
        name: 'wcp-commit',
        text: `UPDATE ${this.#store} SET last_commit = $2 WHERE last_commit = $1`,
        values: [before, after],
      });
      if (moved.rowCount !== 1) throw this.#endWith(ANOTHER_STATE);
      await work(client);
    } catch (error) {
      if (isConnectionLost(error)) this.#drop(client);
      else await client.query('ROLLBACK').catch(() => this.#drop(client));
      throw error;
    }
  }

  /** A commit whose answer was lost may have happened: the database is asked, on a new connection. */
  async #settle(client: Client, doubt: Doubt): Promise<void> {
    try {
      await client.query('COMMIT');
      this.#last = doubt.after;
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#drop(client);
      await this.#connected(doubt);
      if (this.#last !== doubt.after) throw error;
    }
  }

  /** @param doubt a commit that still waits for what became of it: later it was reported as failed */
  async #connected(doubt: Doubt | null = null): Promise<Client> {
    if (this.#end !== null) throw this.#end;
    if (this.#client !== null) return this.#client;
    const client = await this.#connect();
    try {
      await this.#recognise(client, doubt);
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    this.#client = client;
    return client;
  }

  async #connect(): Promise<Client> {
    const until = performance.now() + this.#settings.connect_timeout_ms;
    for (;;) {
      const client = clientOf(this.#driver, this.#settings);
      try {
        await client.connect();
        await this.#take(client, until);
        return client;
      } catch (error) {
        this.#drop(client);
        if (!isConnectionLost(error) || performance.now() >= until) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  /** The lock of the Hall that writes. The one of a connection that was lost is given back a moment later. */
  async #take(client: Client, until: number): Promise<void> {
    const { schema } = this.#settings;
    await checkServer(client);
    await client.query(`SET idle_session_timeout = ${SILENCE_MS}; SET synchronous_commit = on`);
    for (;;) {
      if (await takeWriterLock(client, schema)) return;
      if (performance.now() >= until) throw new WcpError('ERR_WCP_STORE', IN_USE);
      await pause(RETRY_MS);
    }
  }

  /** What the database holds must be what this process wrote last, or what it may have written. */
  async #recognise(client: Client, doubt: Doubt | null): Promise<void> {
    if (this.#last === null) await this.#prepare(client);
    const { rows } = await client.query<{ last_commit: string }>(`SELECT last_commit FROM ${this.#store}`);
    const found = rows[0]?.last_commit;
    if (found === undefined) throw this.#endWith(ANOTHER_STATE);
    const isKnown = this.#last === null || found === this.#last || found === doubt?.after;
    if (!isKnown) throw this.#endWith(ANOTHER_STATE);
    this.#last = found;
  }

  async #prepare(client: Client): Promise<void> {
    await client.query('BEGIN');
    await prepareSchema(client, this.#settings.schema);
    await client.query('COMMIT');
  }

  /** Keeps the session, and finds out that it is gone before a commit does. */
  async #beat(): Promise<void> {
    const client = this.#client;
    if (client === null || this.#isBusy) return;
    try {
      await client.query('SELECT 1');
    } catch {
      this.#drop(client);
    }
  }

  #drop(client: Client): void {
    if (this.#client === client) this.#client = null;
    void client.end().catch(() => {});
  }

  #endWith(message: string): WcpError {
    this.#end = new WcpError('ERR_WCP_STORE', message);
    return this.#end;
  }

  get #store(): string {
    return `${quoted(this.#settings.schema)}.store`;
  }
}

const IN_USE =
  'The store is in use by another Hall. Stop it, or give this one a schema of its own. A Hall that was killed is forgotten within half a minute.';
const ANOTHER_STATE =
  'The database is not in the state in which this Hall left it: another Hall wrote to it, an earlier state took over, or a commit that failed came through after all. Nothing was written. Start the Hall again: it then checks everything.';
