import { boundedCache } from '../base/bounded-cache.ts';
import type { ChainRow, Change, Store } from '../storage/store/store.ts';

/** How many budgets are cached; the others are read from the store when they are needed. */
const BUDGET_CACHE_SIZE = 50_000;

/** A dispatch chain: a correlation id belongs to the tenant that uses it (section 5, step 12). */
export interface ChainId {
  readonly tenant_id: string;
  readonly correlation_id: string;
}

/** What was spent in a dispatch chain (section 5, step 12). */
export interface BlastSpent {
  readonly blast_score: number;
  readonly dispatches: number;
}

const NOTHING: BlastSpent = { blast_score: 0, dispatches: 0 };

/**
 * What each dispatch chain has spent. Spending counts at once, before it is durable: two dispatches
 * that are decided at the same time cannot both take the rest of a limit. A crash forgets what never became durable.
 */
export class BlastBudget {
  readonly #store: Store;
  readonly #known = boundedCache<string, BlastSpent>(BUDGET_CACHE_SIZE);
  /** Whether every budget is cached: an unknown one is then unspent. */
  #isComplete: boolean;

  private constructor(store: Store, isComplete: boolean) {
    this.#store = store;
    this.#isComplete = isComplete;
  }

  static async open(store: Store): Promise<BlastBudget> {
    const rows = await store.list('chains', { limit: BUDGET_CACHE_SIZE + 1 });
    const budgets = new BlastBudget(store, rows.length <= BUDGET_CACHE_SIZE);
    for (const row of rows.slice(0, BUDGET_CACHE_SIZE)) budgets.#known.set(row.chain, row);
    return budgets;
  }

  /** Loads a budget into the cache. Only what {@link of} says in the same turn of the event loop may be decided with. */
  async load(id: ChainId): Promise<void> {
    const chain = nameOf(id);
    if (this.#isComplete || this.#known.has(chain)) return;
    const row = await this.#store.get('chains', chain);
    // Another dispatch may have spent meanwhile: the cache counts.
    if (row !== null && !this.#known.has(chain)) this.#known.set(chain, row);
  }

  /** What a chain that was loaded has spent. */
  of(id: ChainId): BlastSpent {
    return this.#known.get(nameOf(id)) ?? NOTHING;
  }

  /** Spends. It counts at once, and is durable with what {@link change} gives. */
  spend(id: ChainId, blast: number): void {
    this.#add(id, blast, 1);
  }

  /** Takes back what was spent and did not become durable. */
  giveBack(id: ChainId, blast: number): void {
    this.#add(id, -blast, -1);
  }

  /**
   * What makes everything durable that has been spent by now. Taken when it is written and not when it was
   * spent: of two dispatches that are written in another order, neither may lose what the other spent.
   */
  change(id: ChainId): Change {
    const { blast_score, dispatches } = this.of(id);
    const row: ChainRow = { chain: nameOf(id), blast_score, dispatches };
    return { put: 'chains', row };
  }

  #add(id: ChainId, blast: number, count: number): void {
    const { blast_score, dispatches } = this.of(id);
    if (this.#known.size >= BUDGET_CACHE_SIZE) this.#isComplete = false;
    this.#known.set(nameOf(id), {
      blast_score: Math.max(0, blast_score + blast),
      dispatches: Math.max(0, dispatches + count),
    });
  }
}

/** Unambiguous whatever the two texts are: an attacker's ids have not been checked yet. */
function nameOf({ tenant_id, correlation_id }: ChainId): string {
  return JSON.stringify([tenant_id, correlation_id]);
}
