import type { Appended, Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';

/** So many entries share a commit at most: more would let the first of them wait for the last. */
const MAX_ENTRIES = 512;
/** One commit is made while the next is on its way, so that neither thread waits for the other. */
const MAX_UNDER_WAY = 2;

/** Entries that belong together: they are never in two commits. */
interface Waiting {
  readonly entries: readonly Entry[];
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Lets entries that come at the same time share a commit. */
export class GroupCommit {
  readonly #ledger: Ledger;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #isScheduled = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Resolves when all of the entries are durable; rejects where they are not, and then nothing of them is. */
  append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject });
      this.#schedule();
    });
  }

  /** Whatever else this turn of the event loop brings shares the commit. */
  #schedule(): void {
    if (this.#isScheduled || this.#underWay >= MAX_UNDER_WAY || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#commit(this.#waiting.splice(0, MAX_ENTRIES));
    });
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    this.#underWay += 1;
    try {
      const appended = await this.#ledger.append(batch.flatMap(({ entries }) => entries));
      let at = 0;
      for (const { entries, resolve } of batch) {
        resolve(appended.slice(at, at + entries.length));
        at += entries.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
