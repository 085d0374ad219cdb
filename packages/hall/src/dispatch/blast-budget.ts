import { LRUCache } from 'lru-cache';
import type { ChainRow, Change, Store } from '../storage/store/store.ts';

/** How many budgets are cached; the others are read from the store when they are needed. */
const BUDGET_CACHE_SIZE = 50_000;

/** What was spent under a correlation id (section 5, step 12). */
export interface BlastSpent {
  readonly blast_score: number;
  readonly dispatches: number;
}

const NOTHING: BlastSpent = { blast_score: 0, dispatches: 0 };

/**
 * What has been spent under each correlation id. Spending counts at once, before it is durable: two dispatches
 * that are decided at the same time cannot both take the rest of a limit. A crash forgets what never became durable.
 */
export class BlastBudget {
  readonly #store: Store;
  readonly #known = new LRUCache<string, BlastSpent>({ max: BUDGET_CACHE_SIZE });
  /** Whether every budget is cached: an unknown one is then unspent. */
  #isComplete: boolean;

  private constructor(store: Store, isComplete: boolean) {
    this.#store = store;
    this.#isComplete = isComplete;
  }

  static async open(store: Store): Promise<BlastBudget> {
    const rows = await store.list('chains', { limit: BUDGET_CACHE_SIZE + 1 });
    const budgets = new BlastBudget(store, rows.length <= BUDGET_CACHE_SIZE);
    for (const row of rows.slice(0, BUDGET_CACHE_SIZE)) budgets.#known.set(row.correlation_id, row);
    return budgets;
  }

  /** Loads a budget into the cache. Only what {@link of} says in the same turn of the event loop may be decided with. */
  async load(correlationId: string): Promise<void> {
    if (this.#isComplete || this.#known.has(correlationId)) return;
    const row = await this.#store.get('chains', correlationId);
    // Another dispatch may have spent meanwhile: the cache counts.
    if (row !== null && !this.#known.has(correlationId)) this.#known.set(correlationId, row);
  }

  /** What has been spent under a correlation id that was loaded. */
  of(correlationId: string): BlastSpent {
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
   * What makes everything durable that has been spent by now. Taken when it is written and not when it was
   * spent: of two dispatches that are written in another order, neither may lose what the other spent.
   */
  change(correlationId: string): Change {
    const row: ChainRow = { correlation_id: correlationId, ...this.of(correlationId) };
    return { put: 'chains', row };
  }

  #add(correlationId: string, blast: number, count: number): void {
    const { blast_score, dispatches } = this.of(correlationId);
    if (this.#known.size >= BUDGET_CACHE_SIZE) this.#isComplete = false;
    this.#known.set(correlationId, {
      blast_score: Math.max(0, blast_score + blast),
      dispatches: Math.max(0, dispatches + count),
    });
  }
}
