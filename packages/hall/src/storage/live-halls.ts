import { v7 } from 'uuid';
import type { Journal } from './journal.ts';
import type { OtherHalls } from './other-halls.ts';
import type { Change, StatefulRow, Store } from './store/store.ts';

/** The state of the rows of the table `meta` by which Halls give signs of life. */
const STATE = 'hall';
/** A Hall that gives no sign for so many milliseconds is taken for dead: another settles what it left. */
const LEASE_MS = 30_000;
/** The share of that between two signs of life. */
const SIGN = 0.1;
/** The share of it for which a Hall that could give no sign still starts something: before others take it for dead. */
const START = 0.6;

/**
 * The Halls that share a store, by signs of life in it. Each measures by its own clock how long it has seen no sign of
 * another: no two clocks are compared. A Hall that shares its store with nobody gives no signs, and nobody else lives.
 */
export class LiveHalls {
  /** Names this process. */
  readonly id = v7();
  readonly #store: Store;
  readonly #journal: Journal;
  /** Whether other Halls may have the same store. */
  readonly isShared: boolean;
  /** Milliseconds without a sign after which a Hall is taken for dead. */
  readonly lease_ms: number;
  readonly #now: () => number;
  /** When a sign of each other Hall was seen last. */
  readonly #seen = new Map<string, number>();
  /** When the last own sign was given that became durable. */
  #signed: number;
  #timer: NodeJS.Timeout | null = null;
  #giving: Promise<void> = Promise.resolve();

  private constructor(parts: LiveHallsParts) {
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.isShared = parts.isShared;
    this.lease_ms = parts.lease_ms ?? LEASE_MS;
    this.#now = parts.now ?? (() => performance.now());
    this.#signed = this.#now();
  }

  /** Gives the first sign. */
  static async open(parts: LiveHallsParts): Promise<LiveHalls> {
    const halls = new LiveHalls(parts);
    if (!parts.isShared) return halls;
    parts.others.on('meta', (keys) => halls.#look(keys));
    await halls.#look(null);
    await halls.give();
    return halls;
  }

  /** Whether a Hall gave a sign of life in time. Null stands for one that shared its store with nobody. */
  isAlive(hall: string | null): boolean {
    if (hall === this.id) return true;
    const seen = hall === null ? undefined : this.#seen.get(hall);
    return seen !== undefined && this.#now() - seen < this.lease_ms;
  }

  /** Whether this Hall gave a sign so lately that no other takes it for dead. */
  get mayStart(): boolean {
    return !this.isShared || this.#now() - this.#signed < this.lease_ms * START;
  }

  /** The names of the Halls that live, this one among them, the oldest first. */
  get names(): readonly string[] {
    return [this.id, ...this.#seen.keys()].filter((hall) => this.isAlive(hall)).sort();
  }

  /**
   * Whether this Hall does what one is enough for. For a moment two may do it: whatever they then both write is compared
   * at their commits.
   */
  get isFirst(): boolean {
    return this.names[0] === this.id;
  }

  /** What every dispatch is kept with, to be settled by others where this Hall ends; null where there are none. */
  get owner(): string | null {
    return this.isShared ? this.id : null;
  }

  /** Gives signs from now on. */
  start(failed: (error: unknown) => void): void {
    if (!this.isShared) return;
    this.#timer = setInterval(() => {
      this.#giving = this.give().catch(failed);
    }, this.lease_ms * SIGN).unref();
  }

  /** Gives a sign of life. */
  async give(): Promise<void> {
    const began = this.#now();
    const row = { id: nameOf(this.id), state: STATE, at: new Date().toISOString(), document: '{}' };
    await this.#journal.overwrite([{ put: 'meta', row }, ...this.#buried()]);
    this.#signed = began;
  }

  /** Others need not wait until this one is taken for dead. */
  async close(): Promise<void> {
    if (!this.isShared) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#giving;
    await this.#journal.overwrite([{ remove: 'meta', key: nameOf(this.id) }]).catch(() => {});
  }

  async #look(keys: readonly (string | number)[] | null): Promise<void> {
    const rows: readonly StatefulRow[] =
      keys === null
        ? await this.#store.list('meta', { where: { state: STATE }, limit: 10_000 })
        : (await Promise.all(keys.filter(isName).map((key) => this.#store.get('meta', key)))).flatMap(
            (row) => row ?? [],
          );
    for (const { id } of rows) if (id !== nameOf(this.id)) this.#seen.set(idOf(id), this.#now());
    const there = new Set(rows.map(({ id }) => id));
    for (const key of keys ?? []) if (isName(key) && !there.has(key)) this.#seen.delete(idOf(key));
  }

  /** The rows of Halls that are long gone. */
  #buried(): Change[] {
    const gone = [...this.#seen].filter(([, seen]) => this.#now() - seen > 2 * this.lease_ms);
    for (const [hall] of gone) this.#seen.delete(hall);
    return gone.map(([hall]) => ({ remove: 'meta', key: nameOf(hall) }));
  }
}

/** What {@link LiveHalls} work with. */
export interface LiveHallsParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly others: OtherHalls;
  /** Whether other Halls may have the same store. */
  readonly isShared: boolean;
  /** Milliseconds without a sign after which a Hall is taken for dead (default 30,000). */
  readonly lease_ms?: number | undefined;
  /** Milliseconds that never go back; by default those of this process. */
  readonly now?: () => number;
}

const PREFIX = 'hall ';

function nameOf(hall: string): string {
  return `${PREFIX}${hall}`;
}

function idOf(name: string): string {
  return name.slice(PREFIX.length);
}

function isName(key: string | number): key is string {
  return typeof key === 'string' && key.startsWith(PREFIX);
}
