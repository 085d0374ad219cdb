import type { DatabaseSync } from 'node:sqlite';
import { openStore } from './open-store.ts';
import { isSqliteError, storeFailureOf } from './store-failure.ts';

/** The store of a process: a file, or the memory of the process where no file is named. */
export class ResearchStore {
  readonly kind: 'memory' | 'file';
  readonly #file: string;
  readonly #patience: number;
  #db: DatabaseSync | null = null;

  constructor(file: string | undefined, patience: number) {
    this.#patience = patience;
    this.kind = file === undefined || file === '' ? 'memory' : 'file';
    this.#file = this.kind === 'memory' ? ':memory:' : (file ?? '');
  }

  /**
   * Does something with the open store; it is opened for the first that needs it, and again where that failed.
   *
   * @throws {StoreFailure} for whatever SQLite refuses
   */
  use<T>(act: (db: DatabaseSync) => T): T {
    this.#db ??= openStore(this.#file, this.#patience);
    try {
      return act(this.#db);
    } catch (error) {
      throw isSqliteError(error) ? storeFailureOf(error) : error;
    }
  }

  /** Lets go of the file; what is used afterwards opens it again. */
  close(): void {
    this.#db?.close();
    this.#db = null;
  }
}
