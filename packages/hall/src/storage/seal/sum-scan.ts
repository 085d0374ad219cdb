import { compareKeys } from '../store/compare-keys.ts';
import type { Key, Store, TableName, Touched } from '../store/store.ts';
import { keyOfRow } from '../store/tables.ts';
import type { RowMac } from './row-mac.ts';
import { TableSums } from './store-seal.ts';
import { openStoreTampered } from './store-tampered.ts';
import { unsealedRows } from './unsealed-rows.ts';

/** Rows that one step reads: no commit waits for long. */
const ROWS_A_STEP = 64;

/** What a commit did to one row: the codes before and after it, null where there was no row. */
export interface RowChange {
  readonly table: TableName;
  readonly key: Key;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

/**
 * Sums tables that were too large to be read at the start, a few rows at a time while commits go on, and compares the
 * sums with those that the seal vouched for. Steps and commits must not overlap.
 */
export class SumScan {
  readonly #store: Store;
  readonly #mac: RowMac;
  readonly #pending: TableName[];
  #after: Key | null = null;
  #read: TableSums;

  constructor(store: Store, mac: RowMac, pending: readonly TableName[]) {
    this.#store = store;
    this.#mac = mac;
    this.#pending = [...pending];
    this.#read = new TableSums(mac);
  }

  /** The tables that are not summed yet. */
  get pending(): readonly TableName[] {
    return this.#pending;
  }

  /**
   * Reads the next rows.
   *
   * @param sums what the sums are now
   * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` for rows that were changed, and for a table that lacks rows
   */
  async step(sums: TableSums): Promise<void> {
    const [table] = this.#pending;
    if (table === undefined) return;
    const after = this.#after === null ? {} : { after: this.#after };
    const rows = await this.#store.list(table, { limit: ROWS_A_STEP, ...after });
    const edited = unsealedRows(table, rows, this.#mac);
    if (edited.length > 0) throw openStoreTampered(edited, []);
    for (const { mac } of rows) this.#read.add(table, mac as Uint8Array);
    const last = rows.at(-1);
    if (last !== undefined) this.#after = keyOfRow(table, last);
    if (rows.length === ROWS_A_STEP) return;
    if (this.#read.codeOf(table) !== sums.codeOf(table)) throw openStoreTampered([], [table]);
    this.#pending.shift();
    this.#after = null;
    this.#read = new TableSums(this.#mac);
  }

  /** Reads a table anew of which others have changed rows that were read: what these rows were before is not known. */
  startAgain(rows: readonly Touched[] | null): void {
    const [table] = this.#pending;
    if (rows !== null && !rows.some((row) => row.table === table)) return;
    this.#after = null;
    this.#read = new TableSums(this.#mac);
  }

  /** Follows a commit: a row that was read already is one of those that were summed. */
  committed({ table, key, before, after }: RowChange): void {
    if (table !== this.#pending[0] || this.#after === null || compareKeys(key, this.#after) > 0) return;
    if (before !== null) this.#read.remove(table, before);
    if (after !== null) this.#read.add(table, after);
  }
}
