import type { SealedStore } from '../seal/sealed-store.ts';
import type { Change } from '../store/store.ts';
import { isWithoutText } from './archived-store.ts';

/** Receipts that one commit changes. */
const RECEIPTS_A_COMMIT = 500;

/** Removes the texts of receipts that the archive holds, in the order of the log: what is left begins after the rest. */
export class Sweep {
  readonly #store: SealedStore;
  readonly #size: number;
  /** The first position that has its text; null before it was looked for. */
  #next: number | null = null;

  /** @param size the archive holds the receipts at positions below it */
  constructor(store: SealedStore, size: number) {
    this.#store = store;
    this.#size = size;
  }

  /** @param report called with how many texts were removed so far */
  async finish(report: (removed: number) => void = () => {}): Promise<void> {
    for (let removed = 0; ; ) {
      const count = await this.step();
      if (count === 0) return;
      removed += count;
      report(removed);
    }
  }

  /** Removes the next of them. Returns how many that were. */
  async step(): Promise<number> {
    const first = this.#next ?? (await this.#firstWithText());
    const limit = Math.min(RECEIPTS_A_COMMIT, this.#size - first);
    const rows = limit === 0 ? [] : await this.#store.list('receipts', { after: first - 1, limit });
    await this.#store.commit(rows.map((row): Change => ({ put: 'receipts', row: { ...row, receipt: '' } })));
    this.#next = first + limit;
    return rows.length;
  }

  async #firstWithText(): Promise<number> {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = await this.#store.get('receipts', middle);
      if (row !== null && isWithoutText(row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
