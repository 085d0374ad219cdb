import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { WitnessRecord } from '@wcp/evidence/witness';
import { WcpError } from '@wcp/spec';

/** What a witness recorded of one log: the last checkpoint that it cosigned. */
export interface StoredRecord extends WitnessRecord {
  /** The note with the cosignature. */
  readonly checkpoint: string;
}

const TABLE =
  'CREATE TABLE logs (origin TEXT PRIMARY KEY NOT NULL, size INTEGER NOT NULL, root TEXT NOT NULL, checkpoint TEXT NOT NULL) STRICT';
/** Marks the file as that of a witness: "WCPW". */
const APPLICATION_ID = 0x57435057;
/** Milliseconds to wait for another process of the same witness. */
const LOCK_MS = 5_000;

/**
 * Creates the empty record of a new witness. It is never created again: a witness that has forgotten what it cosigned
 * would cosign a fork.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where there is one already, or it cannot be written
 * @example
 * import { createWitnessRecord } from '@wcp/hall';
 *
 * createWitnessRecord('my-witness/witness.db');
 */
export function createWitnessRecord(file: string): void {
  if (existsSync(file)) throw new WcpError('ERR_WCP_STORE', 'There is the record of a witness already.');
  const database = open(file);
  try {
    database.exec(`BEGIN IMMEDIATE; ${TABLE}; PRAGMA application_id=${APPLICATION_ID}; COMMIT`);
  } catch (cause) {
    throw new WcpError('ERR_WCP_STORE', 'The record of the witness cannot be written.', { cause });
  } finally {
    database.close();
  }
}

/** One row for each log. Several processes may share the file: each step is a transaction of its own. */
export class WitnessStore {
  readonly #database: DatabaseSync;

  /** @throws {WcpError} `ERR_WCP_STORE` where there is no record, or the file is something else */
  constructor(file: string) {
    if (!existsSync(file)) {
      throw new WcpError(
        'ERR_WCP_STORE',
        'The record of the witness is missing: it does not know what it cosigned. Restore it, or retire this witness and create another one.',
      );
    }
    this.#database = open(file);
    const found = this.#database.prepare('PRAGMA application_id').get()?.['application_id'];
    if (found === APPLICATION_ID) return;
    this.#database.close();
    throw new WcpError('ERR_WCP_STORE', 'This is not the record of a witness.');
  }

  get(origin: string): StoredRecord | null {
    const row = this.#database
      .prepare('SELECT size, root, checkpoint FROM logs WHERE origin = ?')
      .get(origin);
    return (row as StoredRecord | undefined) ?? null;
  }

  /** Durable when it returns. False where the record is no longer the one that was judged by: nothing is written then. */
  advance(origin: string, from: WitnessRecord | null, to: StoredRecord): boolean {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const now = this.get(origin);
      const isSame = now?.size === from?.size && now?.root === from?.root;
      if (isSame) {
        this.#database
          .prepare('INSERT OR REPLACE INTO logs (origin, size, root, checkpoint) VALUES (?, ?, ?, ?)')
          .run(origin, to.size, to.root, to.checkpoint);
      }
      this.#database.exec('COMMIT');
      return isSame;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function open(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file, { timeout: LOCK_MS });
    database.exec('PRAGMA synchronous=EXTRA');
    return database;
  } catch (cause) {
    throw new WcpError('ERR_WCP_STORE', 'The record of the witness cannot be opened.', { cause });
  }
}
