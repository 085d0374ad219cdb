import type { Appended, Entry } from './entry.ts';
import type { Ledger } from './ledger.ts';

/** Maximum entries per commit: with more, the first would wait for the last. */
const MAX_ENTRIES = 512;
/** One commit is made while the next is prepared, so that neither thread waits for the other. */
const MAX_UNDER_WAY = 2;

/** Entries that belong together: they are never split between two commits. */
interface Waiting {
  readonly entries: readonly Entry[];
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Commits entries that come at the same time together. */
export class GroupCommit {
  readonly #ledger: Pick<Ledger, 'append'>;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #isScheduled = false;

  constructor(ledger: Pick<Ledger, 'append'>) {
    this.#ledger = ledger;
  }

  /** Resolves when all entries are durable; rejects where none is. */
  append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject });
      this.#schedule();
    });
  }

  /** Entries of the same turn of the event loop share the commit. */
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
