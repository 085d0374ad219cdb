import { TILE_WIDTH } from '@wcp/evidence/tiles';
import type { SealedStore } from '../seal/sealed-store.ts';
import type { Change, Key, Query, ReceiptRow, Store, TableName, Tables } from '../store/store.ts';
import { ArchiveReader } from './archive-reader.ts';
import type { ArchiveState } from './archive-state.ts';

/**
 * A store and the archive beside it, as one: a receipt or a decision is read where it is by its position. What is asked
 * for by anything else, such as its tenant, is looked for in the store alone.
 */
export class ArchivedStore implements Store {
  readonly #store: SealedStore;
  readonly #archive: ArchiveReader;
  /** The first position that is in the store. */
  readonly #from: number;

  constructor(store: SealedStore, dir: string | undefined, { size }: ArchiveState) {
    this.#store = store;
    this.#archive = new ArchiveReader(dir, store);
    this.#from = size;
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    if (typeof key !== 'number' || key >= this.#from) return this.#store.get(table, key);
    if (table === 'receipts') return (await this.#receipt(key)) as Tables[T] | null;
    if (table === 'decisions') return (await this.#archive.decision(key)) as Tables[T] | null;
    return this.#store.get(table, key);
  }

  async list<T extends TableName>(table: T, query: Query<T> = {}): Promise<Tables[T][]> {
    const { where = {}, after = -1, limit = 100, descending = false } = query;
    const isByPosition = table === 'receipts' && !descending && Object.keys(where).length === 0;
    if (!isByPosition || Number(after) >= this.#from - 1) return this.#store.list(table, query);
    const archived = await this.#receipts(Number(after) + 1, limit);
    const rest = limit - archived.length;
    const stored =
      rest === 0 ? [] : await this.#store.list('receipts', { after: this.#from - 1, limit: rest });
    return [...archived, ...stored] as unknown as Tables[T][];
  }

  count(table: TableName): Promise<number> {
    return this.#store.count(table);
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.#store.commit(changes);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #receipt(position: number): Promise<ReceiptRow | null> {
    return (await this.#receipts(position, 1))[0] ?? null;
  }

  async #receipts(first: number, limit: number): Promise<ReceiptRow[]> {
    const end = Math.min(this.#from, first + limit);
    const rows: ReceiptRow[] = [];
    for (let position = first; position < end; ) {
      const tile = Math.floor(position / TILE_WIDTH);
      const start = tile * TILE_WIDTH;
      rows.push(...(await this.#archive.receipts(tile)).slice(position - start, end - start));
      position = start + TILE_WIDTH;
    }
    return rows;
  }
}
