import { renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { WcpError } from '@wcp/spec';
import type { SealIdentity } from '../ledger/ledger-identity.ts';
import {
  copyDatabase,
  emptyJournal,
  openDatabase,
  SCHEMA_VERSION,
  schemaVersion,
  setSchemaVersion,
} from '../store/sqlite-file.ts';
import { storeOver } from '../store/sqlite-store.ts';
import type { FileStore } from '../store/store.ts';
import { storeError } from '../store/store-error.ts';
import type { Migration } from './migration.ts';
import { PAYLOADS_APART } from './payloads-apart.ts';

/** Every step, in order. */
const MIGRATIONS: readonly Migration[] = [PAYLOADS_APART];

/**
 * Opens a store in one SQLite file, after it was brought to the present version. Meanwhile a copy of it as it was lies
 * beside it. No longer: what is forgotten afterwards must not be held there.
 *
 * @throws {WcpError} `ERR_WCP_STORE`, `ERR_WCP_STORE_TAMPERED`: it is then as it was, and so is the copy
 */
export async function openCurrentStore(file: string, identity: SealIdentity): Promise<FileStore> {
  const database = openDatabase(file);
  try {
    const copy = `${file}.before-version-${SCHEMA_VERSION}`;
    await keepCopy(database, copy);
    while (schemaVersion(database) !== SCHEMA_VERSION) await migrate(database, identity);
    for (const end of ['', '.part']) rmSync(copy + end, { force: true });
    return storeOver(database);
  } catch (error) {
    if (database.isOpen) database.close();
    throw storeError(error);
  }
}

/** Of one that was interrupted, the copy is there already. */
async function keepCopy(database: DatabaseSync, copy: string): Promise<void> {
  const version = schemaVersion(database);
  if (version < 0 || version === SCHEMA_VERSION) return;
  rmSync(`${copy}.part`, { force: true });
  await copyDatabase(database, `${copy}.part`);
  renameSync(`${copy}.part`, copy);
}

/** A version is negative from the change of the rows until nothing of the earlier ones is left in the file. */
async function migrate(database: DatabaseSync, identity: SealIdentity): Promise<void> {
  const version = schemaVersion(database);
  if (version >= 0) await changeTables(database, identity, version);
  database.exec('VACUUM');
  emptyJournal(database);
  setSchemaVersion(database, Math.abs(schemaVersion(database)));
}

async function changeTables(database: DatabaseSync, identity: SealIdentity, version: number): Promise<void> {
  const step = MIGRATIONS.find(({ from }) => from === version);
  if (step === undefined) throw new WcpError('ERR_WCP_STORE', `No step leads on from version ${version}.`);
  database.exec('BEGIN IMMEDIATE');
  try {
    await step.change(database, identity);
    setSchemaVersion(database, -(version + 1));
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
