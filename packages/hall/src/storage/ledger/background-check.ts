import type { WcpError } from '@wcp/spec';
import { Sweep } from '../archive/sweep.ts';
import type { SealedStore } from '../seal/sealed-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { LogCheck } from './log-check.ts';

/** Milliseconds after the start: a Hall first does what it was started for. */
const DELAY_MS = 2_000;
/** The share of its thread that the check may have. */
const SHARE = 0.2;
/** Milliseconds until a database that is away is asked again. */
const AWAY_MS = 1_000;
/** Milliseconds between two steps, at least. */
const MIN_PAUSE_MS = 2;

/** How far the check of a store that is in use has come. */
export interface StoreCheck {
  readonly state: 'running' | 'done' | 'failed';
  /** The receipts that were checked since the start, newest first, and how many there were then. */
  readonly checked: number;
  readonly of: number;
  /** What was found; null where that is nothing. */
  readonly finding: string | null;
}

/**
 * Does what would take too long before the start: removes what an interrupted archiving left, and checks the large
 * tables whose rows change, then the log, newest first.
 * What it finds stops the ledger.
 */
export class BackgroundCheck {
  readonly #store: SealedStore;
  readonly #log: LogCheck;
  /** Of what an archiving left that was interrupted. */
  readonly #sweep: Sweep;
  #isSwept: boolean;
  #timer: NodeJS.Timeout | null = null;
  #failure: WcpError | null = null;
  #isClosed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(store: SealedStore, log: { readonly size: number; readonly archived: number }) {
    this.#store = store;
    this.#log = new LogCheck(store, log);
    this.#sweep = new Sweep(store, log.archived);
    this.#isSwept = log.archived === 0;
  }

  /** Why nothing may be stored any more; null where nothing was found. */
  get failure(): WcpError | null {
    return this.#failure;
  }

  get progress(): StoreCheck {
    const { checked, of } = this.#log.progress;
    const finding = this.#failure?.message ?? null;
    if (finding !== null) return { state: 'failed', checked, of, finding };
    return { state: this.#isDone ? 'done' : 'running', checked, of, finding };
  }

  /** Goes on by itself from now on. */
  start(): void {
    this.#wait(DELAY_MS);
  }

  /**
   * Checks everything that is left, without a pause.
   *
   * @throws {StoreUnavailable} where the database is away meanwhile
   */
  async finish(): Promise<void> {
    while (!this.#isOver) await this.#step();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  get #isDone(): boolean {
    return this.#isSwept && this.#store.pending.length === 0 && this.#log.isDone;
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#failure !== null || this.#isDone;
  }

  #wait(ms: number): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      const start = performance.now();
      const next = () => this.#wait(Math.max(MIN_PAUSE_MS, (performance.now() - start) * (1 / SHARE - 1)));
      this.#running = this.#step().then(next, () => this.#wait(AWAY_MS));
    }, ms).unref();
  }

  /** A database that is away is no finding: nothing was read, and the step is taken again. */
  async #step(): Promise<void> {
    try {
      if (!this.#isSwept) this.#isSwept = (await this.#sweep.step()) === 0;
      else await (this.#store.pending.length > 0 ? this.#store.scan() : this.#log.step());
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      this.#failure = error as WcpError;
    }
  }
}
