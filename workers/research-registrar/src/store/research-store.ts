import type { DatabaseSync } from 'node:sqlite';
import type { RunContext } from '@wcp/worker-kit';
import { openStore } from './database.ts';
import { isSqliteError, storeFailureOf } from './store-failure.ts';

/** The store of a process: a file, or the memory of the process when no file is named. */
export class ResearchStore {
  readonly kind: 'memory' | 'file';
  readonly #file: string;
  readonly #timeout_ms: number;
  #db: DatabaseSync | null = null;

  constructor(file: string | undefined, timeout_ms: number) {
    this.#timeout_ms = timeout_ms;
    this.kind = file === undefined || file === '' ? 'memory' : 'file';
    this.#file = this.kind === 'memory' ? ':memory:' : (file ?? '');
  }

  /**
   * Calls `act` with the open store. The first call opens it, and so does the next one after a failure.
   *
   * @throws {StoreFailure} for every error of SQLite
   */
  use<T>(act: (db: DatabaseSync) => T): T {
    this.#db ??= openStore(this.#file, this.#timeout_ms);
    try {
      return act(this.#db);
    } catch (error) {
      throw isSqliteError(error) ? storeFailureOf(error) : error;
    }
  }

  /** Closes the file; the next use opens it again. */
  close(): void {
    this.#db?.close();
    this.#db = null;
  }
}

/** Which documents a request may see: of which tenant, and up to which label. */
export interface Access {
  readonly tenant: string;
  /** The rank of the label, from the most open to the most closed. */
  readonly label: number;
}

const LABELS: readonly string[] = ['PUBLIC', 'INTERNAL', 'RESTRICTED'];

/** The access of a dispatch: documents of its own tenant, with its own label or a more open one. */
export function accessOf({ tenant_id, data_label }: RunContext): Access {
  return { tenant: tenant_id, label: LABELS.indexOf(data_label) };
}
