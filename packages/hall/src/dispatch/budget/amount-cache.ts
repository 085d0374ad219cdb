interface Amount<V> {
  readonly value: V;
  /** How many changes of it are not durable yet: until they are, the cache alone knows it. */
  readonly unsaved: number;
}

/** Times that amounts are loaded which do not fit into the cache together. */
const ROUNDS = 100;

/**
 * What was spent, by the id of its row: so many amounts at most, and the others are read from the store when they are
 * needed. One that is not durable yet is never put out, however many there are.
 */
export class AmountCache<V> {
  readonly #size: number;
  readonly #read: (id: string) => Promise<V>;
  readonly #known = new Map<string, Amount<V>>();
  /** Whether every amount is cached: one that is not there was never spent of. */
  #isComplete: boolean;
  #evictions = 0;
  /** Amounts that other Halls have changed, and that are not cached: they are read when they are needed. */
  readonly #elsewhere = new Set<string>();
  /** Amounts of which others have changed what is not durable here: it never will be, and who needs one waits until it is gone. */
  readonly #overtaken = new Map<string, (() => void)[]>();

  /**
   * @param rows those of the store, in any order; where there are more than `size`, not all are cached
   * @param read gives what the store holds under an id
   */
  constructor(
    size: number,
    rows: readonly (readonly [id: string, value: V])[],
    read: (id: string) => Promise<V>,
  ) {
    this.#size = size;
    this.#read = read;
    this.#isComplete = rows.length <= size;
    for (const [id, value] of rows.slice(0, size)) this.#known.set(id, { value, unsaved: 0 });
  }

  /** Whether an amount that {@link get} does not have is known to be none. */
  isNone(id: string): boolean {
    return !this.#known.has(id) && !this.#mayBeElsewhere(id);
  }

  get(id: string): V | undefined {
    return this.#known.get(id)?.value;
  }

  /** Whether what {@link get} says is what others have left, as far as this Hall knows. */
  isCurrent(id: string): boolean {
    return !this.#overtaken.has(id) && !this.#mayBeElsewhere(id);
  }

  isUnsaved(id: string): boolean {
    return (this.#known.get(id)?.unsaved ?? 0) > 0;
  }

  /** Knows these amounts until the end of this turn of the event loop. */
  async load(ids: readonly string[]): Promise<void> {
    // What was loaded first may be gone again: others have changed it meanwhile.
    for (let round = 0; round < ROUNDS && !ids.every((id) => this.isCurrent(id)); round += 1) {
      for (const id of ids) {
        while (this.#overtaken.has(id))
          await new Promise<void>((gone) => this.#overtaken.get(id)?.push(gone));
        while (this.#mayBeElsewhere(id)) await this.#load(id);
      }
    }
    // What is spent of one of them puts none of the others out of the cache.
    for (const id of ids) this.#refresh(id);
  }

  /** A new amount, which is not durable yet. */
  change(id: string, value: V): void {
    // What was loaded is gone again, because others have changed it: what is made from nothing must not stay.
    if (this.#mayBeElsewhere(id)) this.#overtaken.set(id, []);
    this.#set(id, { value, unsaved: (this.#known.get(id)?.unsaved ?? 0) + 1 });
  }

  /** Called once for each {@link change}, when it is durable or was taken back by another. */
  settled(id: string): void {
    const amount = this.#known.get(id);
    if (amount === undefined) return;
    this.#known.set(id, { ...amount, unsaved: amount.unsaved - 1 });
    if (amount.unsaved === 1 && this.#overtaken.has(id)) this.#leave(id);
  }

  /** Says that other Halls have changed an amount; null for any. What was counted here since then does not become durable. */
  overtake(ids: readonly string[] | null): void {
    for (const id of ids ?? [...this.#known.keys()]) {
      if (!this.isUnsaved(id)) this.#leave(id);
      else if (!this.#overtaken.has(id)) this.#overtaken.set(id, []);
    }
    if (ids !== null && this.#elsewhere.size <= this.#size) return;
    this.#isComplete = false;
    this.#elsewhere.clear();
  }

  forget(id: string): void {
    this.#known.delete(id);
  }

  #mayBeElsewhere(id: string): boolean {
    return !this.#known.has(id) && (!this.#isComplete || this.#elsewhere.has(id));
  }

  #leave(id: string): void {
    this.#known.delete(id);
    this.#elsewhere.add(id);
    this.#evictions += 1;
    for (const gone of this.#overtaken.get(id) ?? []) gone();
    this.#overtaken.delete(id);
  }

  async #load(id: string): Promise<void> {
    const before = this.#evictions;
    const value = await this.#read(id);
    // What was read may be out of date: another dispatch has spent meanwhile, and its amount may be out of the cache again.
    if (this.#known.has(id) || this.#evictions !== before) return;
    this.#elsewhere.delete(id);
    this.#set(id, { value, unsaved: 0 });
  }

  #refresh(id: string): void {
    const amount = this.#known.get(id);
    if (amount !== undefined) this.#set(id, amount);
  }

  #set(id: string, amount: Amount<V>): void {
    this.#known.delete(id);
    this.#known.set(id, amount);
    if (this.#known.size > this.#size) this.#evict(id);
  }

  /** The amount that was needed longest ago, but never the one that is needed now: where no other may go, none does. */
  #evict(needed: string): void {
    for (const [id, { unsaved }] of this.#known) {
      if (unsaved > 0 || id === needed) continue;
      this.#known.delete(id);
      this.#isComplete = false;
      this.#evictions += 1;
      return;
    }
  }
}
