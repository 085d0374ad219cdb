import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { Change, Key, Query, Store, TableName, Tables } from '../store/store.ts';
import { isSummed, keyOf } from '../store/tables.ts';
import type { AnyRow, RowMac } from './row-mac.ts';
import { sealChange, type TableSums } from './store-seal.ts';
import { rowTampered } from './store-tampered.ts';

/** Codes of rows that are remembered; the others are read before their row is replaced or removed. */
const CODE_CACHE_SIZE = 50_000;

/** What the rows of a store are vouched for with. */
export interface StoreSeal {
  /** Counts the commits that changed a table with a sum. */
  readonly version: number;
  readonly sums: TableSums;
  /** The current key first, then those that it replaced. */
  readonly macs: readonly [RowMac, ...RowMac[]];
}

/** A store whose every row has a code that needs the key: it is written with each row and checked with each reading. */
export class SealedStore implements Store {
  readonly #store: Store;
  readonly #macs: StoreSeal['macs'];
  /** By table and key. */
  readonly #codes = new LRUCache<string, Uint8Array>({ max: CODE_CACHE_SIZE });
  readonly #queue = new SerialQueue();
  #sums: TableSums;
  #version: number;

  constructor(store: Store, { version, sums, macs }: StoreSeal) {
    this.#store = store;
    this.#macs = macs;
    this.#sums = sums;
    this.#version = version;
  }

  /** The number of the seal, which the high-water mark repeats. */
  get version(): number {
    return this.#version;
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` for a row that was not written with the key */
  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const row = await this.#store.get(table, key);
    return row === null ? null : this.#checked(table, row);
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where one of the rows was not written with the key */
  async list<T extends TableName>(table: T, query?: Query<T>): Promise<Tables[T][]> {
    const rows = await this.#store.list(table, query);
    return rows.map((row) => this.#checked(table, row));
  }

  count(table: TableName): Promise<number> {
    return this.#store.count(table);
  }

  /** One after another: each seal builds on the one before it. */
  commit(changes: readonly Change[]): Promise<void> {
    return this.#queue.run(() => this.#commit(changes));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #checked<T extends TableName>(table: T, row: Tables[T]): Tables[T] {
    if (!isSealed(table, row, this.#macs)) {
      throw rowTampered({ table, key: (row as unknown as AnyRow)[keyOf(table)] as Key });
    }
    const { mac: _, ...rest } = row;
    return rest as unknown as Tables[T];
  }

  /** Works on copies: a commit that fails leaves the seal as it was. */
  async #commit(changes: readonly Change[]): Promise<void> {
    const [mac] = this.#macs;
    const batch = new Map<string, Uint8Array | null>();
    const sums = this.#sums.fork();
    const sealed: Change[] = [];
    for (const change of changes) {
      const { table, key, code } = described(change, mac);
      sealed.push(code === null ? change : withCode(change, code));
      if (!isSummed(table)) continue;
      const name = `${table} ${key}`;
      const before = batch.get(name) ?? (batch.has(name) ? null : await this.#codeOf(table, key, name));
      if (before !== null) sums.remove(table, before);
      if (code !== null) sums.add(table, code);
      batch.set(name, code);
    }
    const version = batch.size === 0 ? this.#version : this.#version + 1;
    if (batch.size > 0) {
      const seal = sealChange(version, sums, mac);
      sealed.push(withCode(seal, described(seal, mac).code as Buffer));
    }
    await this.#store.commit(sealed);
    [this.#sums, this.#version] = [sums, version];
    for (const [name, code] of batch) {
      if (code === null) this.#codes.delete(name);
      else this.#codes.set(name, code);
    }
  }

  /** The code of the row that stands in the store now; null where there is none. */
  async #codeOf(table: TableName, key: Key, name: string): Promise<Uint8Array | null> {
    return this.#codes.get(name) ?? (await this.#store.get(table, key))?.mac ?? null;
  }
}

/** Whether a row was written with one of the keys. */
export function isSealed(table: TableName, row: Tables[TableName], macs: readonly RowMac[]): boolean {
  const { mac: code } = row;
  if (!(code instanceof Uint8Array)) return false;
  return macs.some((mac) => {
    const expected = mac.of(table, row as unknown as AnyRow);
    return code.length === expected.length && timingSafeEqual(expected, code);
  });
}

function described(
  change: Change,
  mac: RowMac,
): { readonly table: TableName; readonly key: Key; readonly code: Buffer | null } {
  if ('remove' in change) return { table: change.remove, key: change.key, code: null };
  const row = change.row as unknown as AnyRow;
  return { table: change.put, key: row[keyOf(change.put)] as Key, code: mac.of(change.put, row) };
}

function withCode(change: Change, mac: Buffer): Change {
  return 'remove' in change ? change : ({ put: change.put, row: { ...change.row, mac } } as Change);
}
