import { SerialQueue } from '../base/serial-queue.ts';
import type { Ledger } from './ledger/ledger.ts';
import { Overtaken } from './overtaken.ts';
import type { Key, TableName } from './store/store.ts';

/** Reads rows again that others have changed; null stands for all of the table. */
export type Follow = (keys: readonly Key[] | null) => Promise<void>;

/** Milliseconds between two looks at what others did. What a decision rests on is compared at its commit whatever comes of them. */
const LOOK_MS = 100;
/** Times that something is made again: each Hall that is in the way has then had its turn many times. */
const TRIES = 12;

/** What the other Halls with the same store do: what this one holds in memory follows it. */
export class OtherHalls {
  readonly #ledger: Pick<Ledger, 'others'>;
  readonly #follow = new Map<TableName, Follow[]>();
  readonly #queue = new SerialQueue();
  #commit: number;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  private constructor(ledger: Pick<Ledger, 'others'>, commit: number) {
    this.#ledger = ledger;
    this.#commit = commit;
  }

  /** What is read of the store from now on is followed from here. */
  static async open(ledger: Pick<Ledger, 'others'>): Promise<OtherHalls> {
    return new OtherHalls(ledger, (await ledger.others(null)).commit);
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

  /** Looks at what others do from now on, so that what is shown is not old. */
  start(failed: (error: unknown) => void): void {
    if (this.#isClosed) return;
    const look = () => this.catchUp().catch(failed);
    this.#timer = setTimeout(() => void look().finally(() => this.start(failed)), LOOK_MS).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#queue.idle();
  }
}
