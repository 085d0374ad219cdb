import { SerialQueue } from '../base/serial-queue.ts';
import type { Ledger } from './ledger/ledger.ts';
import { Overtaken } from './overtaken.ts';
import type { Key, TableName } from './store/store.ts';

/** Reads rows again that others have changed; null stands for all of the table. */
export type Follow = (keys: readonly Key[] | null) => Promise<void>;

/** Milliseconds between two looks at what others did. What a decision rests on is compared at its commit whatever comes of them. */
const LOOK_MS = 100;
/** Looks between two questions for the time. */
const LOOKS_A_TIME = 300;
/** Times that something is made again: each Hall that is in the way has then had its turn many times. */
const TRIES = 12;

/** What the other Halls with the same store do: what this one holds in memory follows it. */
export class OtherHalls {
  readonly #ledger: Pick<Ledger, 'others'>;
  readonly #follow = new Map<TableName, Follow[]>();
  readonly #queue = new SerialQueue();
  #commit = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  #ahead_ms = 0;
  #looks = 0;

  private constructor(ledger: Pick<Ledger, 'others'>) {
    this.#ledger = ledger;
  }

  /** What is read of the store from now on is followed from here. */
  static async open(ledger: Pick<Ledger, 'others'>): Promise<OtherHalls> {
    const others = new OtherHalls(ledger);
    others.#commit = await others.#askTime();
    return others;
  }

  /** Milliseconds by which the clock of the database is ahead of this machine's: the one that all Halls go by. */
  get ahead_ms(): number {
    return this.#ahead_ms;
  }

  /** The commit up to which everything that this Hall holds in memory is known to be as others left it. */
  get commit(): number {
    return this.#commit;
  }

  /** Reads rows of a table again whenever others have changed them. */
  on(table: TableName, follow: Follow): void {
    this.#follow.set(table, [...(this.#follow.get(table) ?? []), follow]);
  }

  /** Knows everything that others had done when this was called. */
  catchUp(): Promise<void> {
    return this.#queue.run(async () => {
      const { commit, rows } = await this.#ledger.others(this.#commit);
      for (const [table, follows] of this.#follow) {
        const keys = rows?.filter((row) => row.table === table).map(({ key }) => key) ?? null;
        if (keys?.length === 0) continue;
        for (const follow of follows) await follow(keys && [...new Set(keys)]);
      }
      this.#commit = commit;
    });
  }

  /**
   * Does something, and again as long as others overtake it.
   *
   * @throws {Overtaken} where they still do, and what it throws
   */
  async untilCurrent<R>(work: () => Promise<R>): Promise<R> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Overtaken) || tried === TRIES) throw error;
        await this.catchUp();
      }
    }
  }

  /** Looks at what others do from now on, so that what is shown is not old; `looked` is called each time. */
  start(failed: (error: unknown) => void, looked: () => Promise<void>): void {
    if (this.#isClosed) return;
    this.#looks += 1;
    const asking = this.#looks % LOOKS_A_TIME === 0 ? this.#askTime() : Promise.resolve();
    const look = () =>
      asking
        .then(() => this.catchUp())
        .then(looked)
        .catch(failed);
    const again = () => this.start(failed, looked);
    this.#timer = setTimeout(() => void look().finally(again), LOOK_MS).unref();
  }

  /** The number of the last commit. */
  async #askTime(): Promise<number> {
    const before = Date.now();
    const { commit, now } = await this.#ledger.others(null);
    const after = Date.now();
    // Asked in between; what the way takes is no difference of clocks.
    if (now !== undefined) this.#ahead_ms = now < before ? now - before : Math.max(0, now - after);
    return commit;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#queue.idle();
  }
}
