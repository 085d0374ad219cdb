import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { WcpError } from '@wcp/spec';
import type { Client } from 'pg';
import type { Change, Others, Work } from '../store/store.ts';
import { type CommitId, CommitLog } from './commit-log.ts';
import { clientOf, type Driver } from './driver.ts';
import { isConnectionLost, postgresError } from './postgres-error.ts';
import type { WholeSettings } from './postgres-settings.ts';
import { checkServer, prepareSchema } from './prepare-schema.ts';
import { takeWriterLock } from './writer-lock.ts';

/** Milliseconds between two tries to connect, or to get the lock. */
const RETRY_MS = 200;
/** A Hall that is stopped must not keep others out for ever: a session that says nothing for so long is ended. */
const SILENCE_MS = 30_000;
const HEARTBEAT_MS = 10_000;
/** Nobody else commits while one does: a Hall that is stopped in the middle of it loses its turn after so long. */
const TURN_MS = 5_000;
/** The check of the end of the log at the start may take longer. */
const FIRST_TURN_MS = 30_000;

/** Writes changes within an open transaction. */
type Apply = (client: Client, changes: readonly Change[]) => Promise<void>;

/**
 * The one connection of a Hall that writes. Each commit has a number and names itself, so that a Hall learns what others
 * committed since it did, and finds out where the database is in an earlier state than it left it in. A Hall that shares
 * its schema with nobody holds a lock that keeps others out.
 */
export class Writer {
  readonly #driver: Driver;
  readonly #settings: WholeSettings;
  readonly #log: CommitLog;
  #client: Client | null = null;
  #isPrepared = false;
  /** The last commit that this process knows everything up to; null before its first transaction. */
  #known: CommitId | null = null;
  /** Commits of this process of which nobody told it that they were carried out: to it they are as others'. */
  readonly #doubted = new Set<string>();
  /** Why nothing can be written any more by this process. */
  #end: WcpError | null = null;
  readonly #heartbeat: NodeJS.Timeout;
  #isBusy = false;

  private constructor(driver: Driver, settings: WholeSettings) {
    this.#driver = driver;
    this.#settings = settings;
    this.#log = new CommitLog(settings.schema, randomUUID());
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
   * Does work while nobody else commits, and makes durable what it comes to. One after another: the caller sees to that.
   *
   * @throws {WcpError} `ERR_WCP_STORE`, or what `work` throws; nothing is written then, or it is told later as what
   *   others did
   */
  async transact<R>(work: Work<R>, apply: Apply): Promise<R> {
    this.#isBusy = true;
    try {
      const client = await this.#connected();
      const { commit, committed } = await this.#write(client, work, apply);
      await this.#settle(client, commit);
      this.#known = commit;
      return committed();
    } catch (error) {
      throw postgresError(error);
    } finally {
      this.#isBusy = false;
    }
  }

  /** What others have committed after a commit; null for the last one. */
  async others(reader: Pick<Client, 'query'>, after: number | null): Promise<Others> {
    if (after === null) {
      const { no, now } = await this.#log.last(reader);
      return { commit: no, rows: [], now };
    }
    const { halls: _, ...others } = await this.#log.since(reader, after, (id) => !this.#doubted.has(id));
    return others;
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#end ??= new WcpError('ERR_WCP_STORE', 'The store is closed.');
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  /** Everything up to the commit: what fails here is not written. */
  async #write<R>(client: Client, work: Work<R>, apply: Apply) {
    try {
      await client.query('BEGIN');
      const last = await this.#log.lock(client);
      const { changes, committed, vouch } = await work(await this.#othersUpTo(client, last));
      if (changes.length === 0) return { commit: last, committed };
      const commit = { no: last.no + 1, id: randomUUID() };
      await apply(client, changes);
      await this.#log.add(client, commit, { changes, ...(vouch && { vouch }) });
      return { commit, committed };
    } catch (error) {
      if (isConnectionLost(error)) this.#drop(client);
      else await client.query('ROLLBACK').catch(() => this.#drop(client));
      throw error;
    }
  }

  /** What others did since the last transaction. The database must still hold what this process knows. */
  async #othersUpTo(client: Client, last: CommitId): Promise<Others | null> {
    const known = this.#known;
    if (known === null) {
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${FIRST_TURN_MS}`);
      return null;
    }
    if (last.no === known.no && last.id === known.id) return null;
    if (last.no <= known.no || !(await this.#log.has(client, known))) throw this.#endWith(EARLIER_STATE);
    const { halls, ...others } = await this.#log.since(client, known.no, (id) => !this.#doubted.has(id));
    const isAlone = [...halls].every((hall) => hall === this.#log.hall);
    if (!this.#settings.shared && !isAlone) throw this.#endWith(ANOTHER_HALL);
    return others;
  }

  /** A commit whose answer was lost may have happened: the database is asked, on a new connection. */
  async #settle(client: Client, commit: CommitId): Promise<void> {
    try {
      await client.query('COMMIT');
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#drop(client);
      this.#doubted.add(commit.id);
      if (!(await this.#isThere(commit))) throw error;
      this.#doubted.delete(commit.id);
    }
  }

  /** Waits for its turn first: the server may still be busy with the commit on the connection that was lost. */
  async #isThere(commit: CommitId): Promise<boolean> {
    const client = await this.#connected();
    try {
      await client.query('BEGIN');
      await this.#log.lock(client);
      return await this.#log.has(client, commit);
    } finally {
      await client.query('ROLLBACK').catch(() => this.#drop(client));
    }
  }

  async #connected(): Promise<Client> {
    if (this.#end !== null) throw this.#end;
    if (this.#client !== null) return this.#client;
    const client = await this.#connect();
    try {
      if (!this.#isPrepared) await this.#prepare(client);
      this.#isPrepared = true;
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
    const { schema, shared } = this.#settings;
    await checkServer(client);
    await client.query(
      `SET idle_session_timeout = ${SILENCE_MS}; SET idle_in_transaction_session_timeout = ${TURN_MS}; SET synchronous_commit = on`,
    );
    for (;;) {
      if (await takeWriterLock(client, schema, shared)) return;
      if (performance.now() >= until) throw new WcpError('ERR_WCP_STORE', IN_USE);
      await pause(RETRY_MS);
    }
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
}

const IN_USE =
  'The store is in use by another Hall. Stop it, or give this one a schema of its own; to let several Halls share one, say so in each of them. A Hall that was killed is forgotten within half a minute.';
const EARLIER_STATE =
  'The database is in an earlier state than this Hall left it in: an old copy took over, or was restored. Nothing was written. Bring back the state that holds the last commit, then start the Hall again: it then checks everything.';
const ANOTHER_HALL =
  'Another Hall wrote to the store while this one could not reach it. Nothing was written. Start the Hall again: it then checks everything.';
