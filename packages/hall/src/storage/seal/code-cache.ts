import type { Key, Store, TableName } from '../store/store.ts';

/** Rows of one table whose codes are remembered; of more, the code is read before a row is replaced or removed. */
const MAX_CODES = 20_000;

/** The codes of the rows that stand in a store: what a replaced or removed row takes out of the sum of its table. */
export class CodeCache {
  readonly #store: Pick<Store, 'get'>;
  readonly #tables = new Map<TableName, TableCodes>();

  constructor(store: Pick<Store, 'get'>) {
    this.#store = store;
  }

  /** The code of a row; null where there is none. Asks the store only where it is not known. */
  of(table: TableName, key: Key): Uint8Array | null | Promise<Uint8Array | null> {
    const codes = this.#of(table);
    const known = codes.byKey.get(key);
    if (known !== undefined) return known;
    return codes.isComplete && !codes.others.has(key) ? null : this.#read(table, key);
  }

  /** @param code null where the row was removed */
  set(table: TableName, key: Key, code: Uint8Array | null): void {
    const codes = this.#of(table);
    codes.byKey.delete(key);
    codes.others.delete(key);
    if (code === null) return;
    codes.byKey.set(key, code);
    if (codes.byKey.size <= MAX_CODES) return;
    const [oldest] = codes.byKey.keys();
    codes.byKey.delete(oldest as Key);
    this.#leaveOpen(codes);
  }

  /** Forgets the code of a row that somebody else changed or removed. */
  forget(table: TableName, key: Key): void {
    const codes = this.#of(table);
    codes.byKey.delete(key);
    codes.others.add(key);
    if (codes.others.size > MAX_CODES) this.#leaveOpen(codes);
  }

  /** Forgets every code. */
  forgetAll(tables: readonly TableName[]): void {
    for (const table of tables) {
      this.#of(table).byKey.clear();
      this.#leaveOpen(this.#of(table));
    }
  }

  /** Says that not all rows of a table were given: one that is not known may exist. */
  leaveOpen(table: TableName): void {
    this.#leaveOpen(this.#of(table));
  }

  #leaveOpen(codes: TableCodes): void {
    codes.isComplete = false;
    codes.others.clear();
  }

  async #read(table: TableName, key: Key): Promise<Uint8Array | null> {
    return (await this.#store.get(table, key))?.mac ?? null;
  }

  #of(table: TableName): TableCodes {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const made = { byKey: new Map<Key, Uint8Array>(), others: new Set<Key>(), isComplete: true };
    this.#tables.set(table, made);
    return made;
  }
}

interface TableCodes {
  /** The one set last comes last. */
  readonly byKey: Map<Key, Uint8Array>;
  /** Rows that somebody else changed or removed: their codes are read when they are needed. */
  readonly others: Set<Key>;
  /** Whether all other rows of the table are known: one that is not there does not exist. */
  isComplete: boolean;
}
