import { WcpError } from '@wcp/spec';
import { compareKeys } from './compare-keys.ts';
import type { Change, Key, Query, Store, TableName, Tables } from './store.ts';
import { keyOf, TABLES } from './tables.ts';

type Row = Readonly<Record<string, unknown>>;
type Undo = () => void;

/** Creates a store that lives as long as the process: for tests, and for an embedded Hall without a file. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #tables = new Map<TableName, MemoryTable>();
  #open = true;

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const row = this.#table(table).rows.get(key);
    return row === undefined ? null : (copyOf(row) as unknown as Tables[T]);
  }

  async list<T extends TableName>(table: T, query: Query<T> = {}): Promise<Tables[T][]> {
    return this.#table(table).select(query) as unknown as Tables[T][];
  }

  async count(table: TableName): Promise<number> {
    return this.#table(table).rows.size;
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#checkOpen();
    const undos: Undo[] = [];
    try {
      for (const change of changes) undos.push(this.#apply(change));
    } catch (error) {
      for (const undo of undos.reverse()) undo();
      throw error;
    }
  }

  /** Memory is no file. */
  async wipe(): Promise<void> {}

  async close(): Promise<void> {
    this.#open = false;
  }

  #apply(change: Change): Undo {
    return 'remove' in change
      ? this.#table(change.remove).set(change.key, null)
      : this.#table(change.put).put(change.row as unknown as Row);
  }

  #table(name: TableName): MemoryTable {
    this.#checkOpen();
    const table = this.#tables.get(name) ?? new MemoryTable(name);
    this.#tables.set(name, table);
    return table;
  }

  #checkOpen(): void {
    if (!this.#open) throw new WcpError('ERR_WCP_STORE', 'The store is closed.');
  }
}

class MemoryTable {
  readonly rows = new Map<Key, Row>();
  readonly #name: TableName;
  /** For each unique set of columns: which key has these values. */
  readonly #unique: readonly { readonly columns: readonly string[]; readonly owners: Map<string, Key> }[];

  constructor(name: TableName) {
    this.#name = name;
    this.#unique = TABLES[name].unique.map((columns) => ({ columns, owners: new Map() }));
  }

  put(row: Row): Undo {
    const key = row[keyOf(this.#name)] as Key;
    for (const { columns, owners } of this.#unique) {
      const owner = owners.get(valuesOf(row, columns));
      if (owner === undefined || owner === key) continue;
      const what = columns.join(' and ');
      throw new WcpError('ERR_WCP_STORE', `The table ${this.#name} already has a row with this ${what}.`);
    }
    return this.set(key, copyOf(row));
  }

  /** Sets or removes a row, and returns a function that undoes it. */
  set(key: Key, row: Row | null): Undo {
    const before = this.rows.get(key) ?? null;
    if (before !== null)
      for (const { columns, owners } of this.#unique) owners.delete(valuesOf(before, columns));
    if (row === null) this.rows.delete(key);
    else {
      this.rows.set(key, row);
      for (const { columns, owners } of this.#unique) owners.set(valuesOf(row, columns), key);
    }
    return () => void this.set(key, before);
  }

  select({ where = {}, after, limit = 100, descending = false }: Query<TableName>): Row[] {
    const wanted = Object.entries(where);
    const direction = descending ? -1 : 1;
    return [...this.rows]
      .filter(([key]) => after === undefined || compareKeys(key, after) * direction > 0)
      .filter(([, row]) => wanted.every(([name, value]) => row[name] === value))
      .sort(([a], [b]) => compareKeys(a, b) * direction)
      .slice(0, limit)
      .map(([, row]) => copyOf(row));
  }
}

function valuesOf(row: Row, columns: readonly string[]): string {
  return JSON.stringify(columns.map((name) => row[name]));
}

/** A copy, so that nobody else changes what is stored: bytes are copied as well. */
function copyOf(row: Row): Row {
  const members = Object.entries(row);
  return Object.fromEntries(
    members.map(([name, value]) => [name, value instanceof Uint8Array ? Uint8Array.from(value) : value]),
  );
}
