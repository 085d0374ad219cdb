import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { addCosineDistance } from './cosine-distance.ts';
import { migrate } from './migrate.ts';
import { StoreFailure, storeFailureOf } from './store-failure.ts';
import { APPLICATION, TABLES, VERSION } from './tables.ts';

/** Between two attempts to open a file that another process is creating, in milliseconds. */
const RETRY_MS = 10;

/**
 * Opens a store: creates it when there is none yet, and brings one of an earlier version up to the present one.
 *
 * @param file a file, or `:memory:`
 * @param timeout_ms how long to wait for another process that holds it, in milliseconds
 * @throws {StoreFailure}
 */
export function openStore(file: string, timeout_ms: number): DatabaseSync {
  const end = performance.now() + timeout_ms;
  for (;;) {
    try {
      return openOnce(file, timeout_ms);
    } catch (error) {
      const failure = storeFailureOf(error);
      if (failure.code !== 'STORE_BUSY' || performance.now() >= end) throw failure;
      // SQLite waits for the lock to write, but not for the lock to start a log.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

function openOnce(file: string, timeout_ms: number): DatabaseSync {
  if (file !== ':memory:') createPrivately(file);
  const db = new DatabaseSync(file, { timeout: timeout_ms });
  try {
    addCosineDistance(db);
    prepare(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** For its owner alone, whatever the umask: SQLite gives its journals the permissions of the file. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    // What is there keeps its permissions; SQLite itself says why a file cannot be created.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
  }
}

/** A commit that was confirmed is on the disk; a process that dies leaves the last commit intact. */
function prepare(db: DatabaseSync): void {
  // In a transaction, because another process may be writing between two reads.
  if (inTransaction(db, 'DEFERRED', () => versionOf(db)) !== VERSION) {
    // Foreign keys can only be switched outside of a transaction.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF');
    inTransaction(db, 'IMMEDIATE', () => {
      // Another process may have created or migrated the tables meanwhile.
      const version = versionOf(db);
      if (version === 0) db.exec(TABLES);
      else migrate(db, version);
    });
  }
  db.exec('PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
}

/** The version of the tables; 0 for a new file. */
function versionOf(db: DatabaseSync): number {
  const [application, version, tables] = [
    numberOf(db, 'PRAGMA application_id'),
    numberOf(db, 'PRAGMA user_version'),
    numberOf(db, 'SELECT count(*) FROM sqlite_schema'),
  ];
  if (application === 0 && version === 0 && tables === 0) return 0;
  if (application === APPLICATION && version >= 1 && version <= VERSION) return version;
  throw new StoreFailure('STORE_VERSION');
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

/** Runs `act` in a transaction: all of it or nothing. `IMMEDIATE` waits for the lock to write before it reads. */
export function inTransaction<T>(db: DatabaseSync, kind: 'DEFERRED' | 'IMMEDIATE', act: () => T): T {
  db.exec(`BEGIN ${kind}`);
  try {
    const result = act();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite ends some transactions itself, such as those that ran out of space.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
