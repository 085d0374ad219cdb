import { DatabaseSync } from 'node:sqlite';
import { vecPath } from './sqlite-vec.ts';
import { StoreFailure, storeFailureOf } from './store-failure.ts';

/** `WCPR`, in the header of each file of this worker. */
const APPLICATION = 0x57435052;
/** The version of the tables below. */
const VERSION = 2;
/** Between two attempts to open a file that another process is creating, in milliseconds. */
const RETRY_MS = 10;

/**
 * A document belongs to a tenant, which has each source once. Its chunks carry the words and the vectors;
 * the index of words has no text of its own, so that nothing is stored twice.
 */
const TABLES = `
  CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    data_label INTEGER NOT NULL,
    title TEXT,
    sha256 TEXT NOT NULL,
    signing_key_id TEXT,
    public_key TEXT,
    signature TEXT,
    model TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    UNIQUE (tenant_id, source)
  ) STRICT;
  CREATE INDEX document_model ON document (tenant_id, model);
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    heading TEXT,
    text TEXT NOT NULL,
    UNIQUE (document, position)
  ) STRICT;
  CREATE TABLE chunk_vector (
    chunk INTEGER PRIMARY KEY REFERENCES chunk (id) ON DELETE CASCADE,
    document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE INDEX chunk_vector_document ON chunk_vector (document);
  CREATE VIRTUAL TABLE chunk_words USING fts5 (
    title, heading, text,
    content = '', contentless_delete = 1,
    tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
  );
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

/**
 * Opens a store, and creates it when there is none yet.
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
  const db = new DatabaseSync(file, { allowExtension: true, timeout: timeout_ms });
  try {
    db.loadExtension(vecPath());
    db.enableLoadExtension(false);
    prepare(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A commit that was confirmed is on the disk; a process that dies leaves the last commit intact. */
function prepare(db: DatabaseSync): void {
  // In a transaction, because another process may be writing between two reads.
  if (!inTransaction(db, 'DEFERRED', () => isPrepared(db))) {
    db.exec('PRAGMA journal_mode = WAL');
    inTransaction(db, 'IMMEDIATE', () => {
      // Another process may have created the tables meanwhile.
      if (!isPrepared(db)) db.exec(TABLES);
    });
  }
  db.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
}

function isPrepared(db: DatabaseSync): boolean {
  const [application, version, tables] = [
    numberOf(db, 'PRAGMA application_id'),
    numberOf(db, 'PRAGMA user_version'),
    numberOf(db, 'SELECT count(*) FROM sqlite_schema'),
  ];
  if (application === 0 && version === 0 && tables === 0) return false;
  if (application === APPLICATION && version === VERSION) return true;
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
