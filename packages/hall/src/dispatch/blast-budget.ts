import type { ChainRow, Change, Store } from '../storage/store/store.ts';
import { AmountCache } from './budget/amount-cache.ts';

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
  readonly #chains: AmountCache<BlastSpent>;

  private constructor(store: Store, rows: readonly ChainRow[]) {
    const spent = rows.map((row) => [row.chain, spentOf(row)] as const);
    const read = async (chain: string) => spentOf(await store.get('chains', chain));
    this.#chains = new AmountCache(BUDGET_CACHE_SIZE, spent, read);
  }

  static async open(store: Store): Promise<BlastBudget> {
    return new BlastBudget(store, await store.list('chains', { limit: BUDGET_CACHE_SIZE + 1 }));
  }

  /** Loads a budget into the cache. Only what {@link of} says in the same turn of the event loop may be decided with. */
  load(id: ChainId): Promise<void> {
    return this.#chains.load([nameOf(id)]);
  }

  /** Says that other Halls have spent in chains, by the keys of their rows; null for any. */
  overtake(chains: readonly string[] | null): void {
    this.#chains.overtake(chains);
  }

  /** What a chain that was loaded has spent. */
  of(id: ChainId): BlastSpent {
    return this.#chains.get(nameOf(id)) ?? NOTHING;
  }

  /** Spends. It counts at once, and is durable with what {@link change} gives. */
  spend(id: ChainId, blast: number): void {
    this.#add(id, blast, 1);
  }

  /** Called once what was spent is durable. */
  stored(id: ChainId): void {
    this.#chains.settled(nameOf(id));
  }

  /** Takes back what was spent and did not become durable. */
  giveBack(id: ChainId, blast: number): void {
    this.#add(id, -blast, -1);
    for (const _ of ['spent', 'given back']) this.stored(id);
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
    this.#chains.change(nameOf(id), {
      blast_score: Math.max(0, blast_score + blast),
      dispatches: Math.max(0, dispatches + count),
    });
  }
}

function spentOf(row: ChainRow | null): BlastSpent {
  return row === null ? NOTHING : { blast_score: row.blast_score, dispatches: row.dispatches };
}

/** Unambiguous whatever the two texts are: an attacker's ids have not been checked yet. */
function nameOf({ tenant_id, correlation_id }: ChainId): string {
  return JSON.stringify([tenant_id, correlation_id]);
}
