import { accessSync, closeSync, constants, existsSync, fsyncSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { WcpError } from '@wcp/spec';
import type { TableName } from './store.ts';
import { storeError } from './store-error.ts';
import { CODE_COLUMN, storedColumns, TABLES, type Table } from './tables.ts';

/**
 * Bytes of a file whose pages are all read before it is used. Reading those of a larger one takes as long as the log is
 * old: there the rows are checked while the Hall works, see `BackgroundCheck`.
 */
const MAX_READ_AT_START = 64 * 1024 ** 2;
/** Raised with every change of {@link TABLES}, with a migration; an older Hall refuses a newer file. */
export const SCHEMA_VERSION = 4;
/** The earliest that is brought to the present one. */
const EARLIEST_VERSION = 3;
/** Marks the file as that of a Hall: "WCPH". */
const APPLICATION_ID = 0x57435048;

/**
 * Opens or creates the file, locks it for this process, and checks the integrity of one that is not large. It may have an earlier version, which
 * is to be brought to the present one before anything else.
 */
export function openDatabase(file: string): DatabaseSync {
  const isNew = !existsSync(file);
  checkWritable(isNew ? dirname(file) : file);
  let database: DatabaseSync | null = null;
  try {
    if (isNew) createPrivately(file);
    database = new DatabaseSync(file, { timeout: 0 });
    // EXCLUSIVE before anything else: the lock is then held from the first access until the close.
    database.exec(
      'PRAGMA page_size=16384; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;',
    );
    database.exec('PRAGMA wal_autocheckpoint=512; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768;');
    // What is removed or replaced is overwritten: a page that is only marked as free still holds it.
    database.exec('PRAGMA secure_delete=ON;');
    database.exec('BEGIN IMMEDIATE; COMMIT;');
    checkIntegrity(database, file);
    if (isNew || numberOf(database, 'application_id') === 0) createTables(database);
    checkVersion(database, EARLIEST_VERSION);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw storeError(error);
  }
}

/**
 * Opens a file that nobody has open and that was closed in order, writes nothing and leaves nothing beside it.
 * `immutable`, because SQLite would otherwise make its journal and leave it there.
 */
export function openReadOnly(file: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    const place = pathToFileURL(file);
    place.search = '?immutable=1';
    database = new DatabaseSync(place, { readOnly: true });
    checkIntegrity(database, file);
    checkVersion(database, SCHEMA_VERSION);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw storeError(error);
  }
}

/**
 * Brings everything from the journal into the file, and leaves the journal empty: it holds pages as they were before
 * later changes.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where it could not
 */
export function emptyJournal(database: DatabaseSync): void {
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy: number };
  if (busy !== 0) throw new WcpError('ERR_WCP_STORE', 'The journal of the store could not be emptied.');
}

/**
 * Gives the space of removed rows back to the file system. Interrupted, it leaves the file as it was.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where there is no space for a copy of what is left
 */
export function compactDatabase(file: string): void {
  const database = openDatabase(file);
  try {
    database.exec('VACUUM');
    emptyJournal(database);
  } catch (error) {
    throw storeError(error);
  } finally {
    database.close();
  }
}

/** Pages that are copied before whoever else waits has a turn. */
const PAGES_A_STEP = 128;

/**
 * Copies the state of a database that is in use into a new file, and resolves once that is on disk. What is committed
 * meanwhile is in the copy as well; what was removed before is not.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the copy cannot be written
 */
export async function copyDatabase(database: DatabaseSync, file: string): Promise<void> {
  try {
    createPrivately(file);
    await backup(database, file, { rate: PAGES_A_STEP });
    const copy = openSync(file, 'r+');
    fsyncSync(copy);
    closeSync(copy);
  } catch (error) {
    throw storeError(error);
  }
}

/** For its owner alone, whatever the umask says: SQLite gives its journals the permissions of the file. */
function createPrivately(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

/** SQLite itself would only report a disk error. */
function checkWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw new WcpError(
      'ERR_WCP_STORE',
      'The store cannot be written: its file or folder is read-only or missing. Allow the Hall to write there.',
      { cause },
    );
  }
}

function checkIntegrity(database: DatabaseSync, file: string): void {
  if (statSync(file).size > MAX_READ_AT_START) return;
  const [found] = database.prepare('PRAGMA integrity_check(1)').all();
  if (found !== undefined && Object.values(found)[0] === 'ok') return;
  throw new WcpError(
    'ERR_WCP_STORE',
    'The store is damaged: its pages or indexes do not fit together. Nothing was changed. Restore it from a backup; what was exported before can still be verified.',
  );
}

/** The version of the tables; of a file that is being migrated, that of the next one, negative. */
export function schemaVersion(database: DatabaseSync): number {
  return numberOf(database, 'user_version');
}

export function setSchemaVersion(database: DatabaseSync, version: number): void {
  database.exec(`PRAGMA user_version=${version}`);
}

function checkVersion(database: DatabaseSync, earliest: number): void {
  const isOurs = numberOf(database, 'application_id') === APPLICATION_ID;
  const version = Math.abs(schemaVersion(database));
  if (isOurs && version >= earliest && version <= SCHEMA_VERSION) return;
  throw new WcpError(
    'ERR_WCP_STORE',
    isOurs ? wrongVersion(version) : 'The file is a database, but not that of a Hall. Choose another folder.',
  );
}

/** Whoever can write to the file could have written keys and enrolments into it: no Hall may believe them (WCP-8-105). */
const UNSEALED =
  'Nothing vouches for the rows of so early a version, so that it is not brought up. Export its evidence with the Hall that wrote it; that verifies for ever. Begin a new Hall in another folder.';

function wrongVersion(version: number): string {
  const found = `The store has version ${version}; this Hall reads version ${SCHEMA_VERSION}.`;
  if (version > SCHEMA_VERSION) return `${found} Use the Hall that wrote it, or a newer one.`;
  return version >= EARLIEST_VERSION ? `${found} The next start brings it there.` : `${found} ${UNSEALED}`;
}

function createTables(database: DatabaseSync): void {
  const [tables] = database.prepare('SELECT count(*) AS n FROM sqlite_schema').all();
  if (tables?.['n'] !== 0) return;
  const statements = (Object.keys(TABLES) as TableName[]).flatMap(tableStatements);
  database.exec(
    [
      'BEGIN',
      ...statements,
      `PRAGMA user_version=${SCHEMA_VERSION}`,
      `PRAGMA application_id=${APPLICATION_ID}`,
      'COMMIT',
    ].join(';\n'),
  );
}

/** What makes a table and its indexes. */
export function tableStatements(name: TableName): string[] {
  const table: Table = TABLES[name];
  const { unique, indexes } = table;
  const [key, ...others] = Object.entries(storedColumns(table)) as [[string, string], ...[string, string][]];
  const lines = [
    `${key[0]} ${key[1]} PRIMARY KEY NOT NULL`,
    ...others.map(([column, type]) => `${column} ${type}`),
    `${CODE_COLUMN} blob`,
    ...unique.map((names) => `UNIQUE (${names.join(', ')})`),
  ];
  return [
    `CREATE TABLE ${name} (${lines.join(', ')}) STRICT`,
    ...indexes.map((column) => `CREATE INDEX ${name}_${column} ON ${name} (${column})`),
  ];
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}
