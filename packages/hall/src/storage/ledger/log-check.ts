import { subtreeHash } from '@wcp/evidence/log';
import { isWithoutText } from '../archive/archived-store.ts';
import { openStoreTampered, rowTampered } from '../seal/store-tampered.ts';
import type { ReceiptRow, Store } from '../store/store.ts';
import { isRowOfReceipt } from './check-tail.ts';
import { nodeOf, TILE_SIZE } from './log-tree.ts';

/** Receipts that one step reads: no commit waits for long. */
const RECEIPTS_A_STEP = 64;

/**
 * Reads the whole log of a store that is in use, newest receipts first: that each receipt is there, is what its row
 * and its leaf say and is found by its decision, that each decision is there, and that the stored nodes of the tree
 * are those of the leaves.
 */
export class LogCheck {
  readonly #store: Store;
  /** The size at the beginning: what is appended later was written by this process. */
  readonly #size: number;
  readonly #archived: number;
  /** The receipts from here on were checked, but for those of the tile that is being read. */
  #checkedFrom: number;
  #leaves: Uint8Array[] = [];

  /** @param log its size, and the first position whose text is in the store and not in an archive */
  constructor(store: Store, { size, archived }: { readonly size: number; readonly archived: number }) {
    this.#store = store;
    this.#size = size;
    this.#archived = archived;
    this.#checkedFrom = size;
  }

  /** How many receipts were checked, of how many. */
  get progress(): { readonly checked: number; readonly of: number } {
    return { checked: this.#size - this.#checkedFrom, of: this.#size };
  }

  get isDone(): boolean {
    return this.#checkedFrom === 0;
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` for the first row that is not as it was written */
  async step(): Promise<void> {
    if (this.isDone) return;
    const tile = Math.floor((this.#checkedFrom - 1) / TILE_SIZE);
    const first = tile * TILE_SIZE + this.#leaves.length;
    const limit = Math.min(RECEIPTS_A_STEP, this.#checkedFrom - first);
    const rows = await this.#store.list('receipts', { after: first - 1, limit });
    for (let index = 0; index < limit; index += 1) await this.#checkReceipt(rows[index], first + index);
    await this.#checkDecisions(rows);
    // Only now: a step that could not read everything is taken again.
    const leaves = [...this.#leaves, ...rows.map(({ leaf }) => leaf)];
    if (first + limit < this.#checkedFrom) {
      this.#leaves = leaves;
      return;
    }
    // The last tile of a log may not be full: its leaves were checked when the log was opened.
    if (leaves.length === TILE_SIZE) await this.#checkNodes(tile, subtreeHash(leaves));
    this.#leaves = [];
    this.#checkedFrom = tile * TILE_SIZE;
  }

  async #checkReceipt(row: ReceiptRow | undefined, position: number): Promise<void> {
    if (row?.position !== position || !this.#isWhole(row))
      throw rowTampered({ table: 'receipts', key: position });
    const { decision_id } = row;
    if (decision_id === null) return;
    const found = await this.#store.list('receipts', { where: { decision_id } });
    if (!found.some((each) => each.position === position)) throw openStoreTampered([], ['receipts']);
  }

  #isWhole(row: ReceiptRow): boolean {
    return row.position < this.#archived ? isWithoutText(row) : isRowOfReceipt(row);
  }

  async #checkDecisions(rows: readonly ReceiptRow[]): Promise<void> {
    const made = rows.filter(({ kind }) => kind === 'decision').map(({ position }) => position);
    const [first, last] = [made[0], made.at(-1)];
    if (first === undefined || last === undefined) return;
    const decisions = await this.#store.list('decisions', { after: first - 1, limit: last - first + 1 });
    const there = new Set(decisions.map(({ position }) => position));
    const missing = made.find((position) => !there.has(position));
    if (missing !== undefined) throw rowTampered({ table: 'decisions', key: missing });
  }

  /** From a tile upwards, as long as it is the last part of a subtree that is read. */
  async #checkNodes(tile: number, hash: Uint8Array): Promise<void> {
    let place = { height: Math.log2(TILE_SIZE), index: tile };
    if (!Buffer.from(hash).equals((await nodeOf(this.#store, place)).hash))
      throw openStoreTampered([], ['nodes']);
    while (place.index % 2 === 0) {
      const parent = { height: place.height + 1, index: place.index / 2 };
      if ((parent.index + 1) * 2 ** parent.height > this.#size) return;
      const children = [place, { ...place, index: place.index + 1 }];
      const hashes = await Promise.all(
        children.map(async (child) => (await nodeOf(this.#store, child)).hash),
      );
      const { hash: stored } = await nodeOf(this.#store, parent);
      if (!Buffer.from(subtreeHash(hashes)).equals(stored)) throw openStoreTampered([], ['nodes']);
      place = parent;
    }
  }
}
