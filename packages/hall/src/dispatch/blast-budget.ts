import { LRUCache } from 'lru-cache';
import type { ChainRow, Change, Store } from '../storage/store/store.ts';

/** How many chains are kept at hand; the others are read from the store when they are asked for. */
const CHAIN_CACHE_SIZE = 50_000;

/** What was spent under a correlation id (section 5, step 12). */
export interface Chain {
  readonly blast_score: number;
  readonly dispatches: number;
}

const NOTHING: Chain = { blast_score: 0, dispatches: 0 };

/**
 * What every chain has spent. Spending counts at once, before it is durable: two dispatches that are
 * decided at the same time can't both have the rest of a limit. A crash forgets what never became durable.
 */
export class BlastBudget {
  readonly #store: Store;
  readonly #known = new LRUCache<string, Chain>({ max: CHAIN_CACHE_SIZE });
  /** Every chain is at hand: one that is not known has spent nothing. */
  #isComplete: boolean;

  private constructor(store: Store, isComplete: boolean) {
    this.#store = store;
    this.#isComplete = isComplete;
  }

  static async open(store: Store): Promise<BlastBudget> {
    const rows = await store.list('chains', { limit: CHAIN_CACHE_SIZE + 1 });
    const budgets = new BlastBudget(store, rows.length <= CHAIN_CACHE_SIZE);
    for (const row of rows.slice(0, CHAIN_CACHE_SIZE)) budgets.#known.set(row.correlation_id, row);
    return budgets;
  }

  /** Brings a chain to hand. Only what {@link of} says afterwards, in the same turn, may be decided with. */
  async load(correlationId: string): Promise<void> {
    if (this.#isComplete || this.#known.has(correlationId)) return;
    const row = await this.#store.get('chains', correlationId);
    // Somebody may have spent meanwhile: what is at hand counts.
    if (row !== null && !this.#known.has(correlationId)) this.#known.set(correlationId, row);
  }

  /** What a chain that is at hand has spent. */
  of(correlationId: string): Chain {
    return this.#known.get(correlationId) ?? NOTHING;
  }

  /** Spends. It counts at once, and is durable with what {@link change} gives. */
  spend(correlationId: string, blast: number): void {
    this.#add(correlationId, blast, 1);
  }

  /** Takes back what was spent and did not become durable. */
  giveBack(correlationId: string, blast: number): void {
    this.#add(correlationId, -blast, -1);
  }

  /**
   * What makes everything durable that a chain has spent by now. Asked for when it is written and not when
   * it was spent: of two dispatches that are written in another order, neither may lose what the other spent.
   */
  change(correlationId: string): Change {
    const row: ChainRow = { correlation_id: correlationId, ...this.of(correlationId) };
    return { put: 'chains', row };
  }

  #add(correlationId: string, blast: number, count: number): void {
    const { blast_score, dispatches } = this.of(correlationId);
    if (this.#known.size >= CHAIN_CACHE_SIZE) this.#isComplete = false;
    this.#known.set(correlationId, {
      blast_score: Math.max(0, blast_score + blast),
      dispatches: Math.max(0, dispatches + count),
    });
  }
}
