import { TILE_WIDTH } from '@wcp/evidence/tiles';
import type { SealedStore } from '../seal/sealed-store.ts';
import { rowTampered } from '../seal/store-tampered.ts';
import type {
  Change,
  Key,
  Others,
  Query,
  ReceiptRow,
  Store,
  TableName,
  Tables,
  Work,
} from '../store/store.ts';
import { ArchiveReader } from './archive-reader.ts';
import type { ArchiveState } from './archive-state.ts';

/** A store and the archive beside it, as one: the text of an archived receipt is read there, everything else is here. */
export class ArchivedStore implements Store {
  readonly sealed: SealedStore;
  /** The texts of the receipts at positions below this are in the archive. */
  readonly archived: number;
  readonly #archive: ArchiveReader;

  /**
   * @param dir undefined where the Hall was given no archive
   * @param state null where nothing was archived
   */
  constructor(sealed: SealedStore, dir: string | undefined, state: ArchiveState | null) {
    this.sealed = sealed;
    this.archived = state?.size ?? 0;
    this.#archive = new ArchiveReader(dir, sealed);
  }

  /** The number of the seal, which the high-water mark repeats. */
  get version(): number {
    return this.sealed.version;
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const row = await this.sealed.get(table, key);
    return row !== null && table === 'receipts' ? this.#whole<T>(row as ReceiptRow) : row;
  }

  async list<T extends TableName>(table: T, query?: Query<T>): Promise<Tables[T][]> {
    const rows = await this.sealed.list(table, query);
    if (table !== 'receipts') return rows;
    const whole: Tables[T][] = [];
    // One after another: each tile is then read once.
    for (const row of rows) whole.push(await this.#whole<T>(row as ReceiptRow));
    return whole;
  }

  count(table: TableName): Promise<number> {
    return this.sealed.count(table);
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.sealed.commit(changes);
  }

  transact<R>(work: Work<R>): Promise<R> {
    return this.sealed.transact(work);
  }

  others(after: number | null): Promise<Others> {
    return this.sealed.others(after);
  }

  wipe(): Promise<void> {
    return this.sealed.wipe();
  }

  close(): Promise<void> {
    return this.sealed.close();
  }

  async #whole<T extends TableName>(row: ReceiptRow): Promise<Tables[T]> {
    if (!isWithoutText(row)) return row as Tables[T];
    const { position } = row;
    if (position >= this.archived) throw rowTampered({ table: 'receipts', key: position });
    const tile = await this.#archive.texts(Math.floor(position / TILE_WIDTH));
    return { ...row, receipt: tile[position % TILE_WIDTH] as string } as ReceiptRow as Tables[T];
  }
}

/** Whether the text of a receipt is in the archive. */
export function isWithoutText({ receipt }: ReceiptRow): boolean {
  return receipt === '';
}
