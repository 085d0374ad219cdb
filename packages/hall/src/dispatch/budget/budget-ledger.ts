import type { Change, Commit, StatefulRow, Store } from '../../storage/store/store.ts';
import type { BudgetAccount } from './budget-account.ts';

/** How many amounts are cached; the others are read from the store when they are needed. */
const CACHE_SIZE = 50_000;
/** The state of the rows of the table `meta` that hold what was spent. */
const STATE = 'budget';
const PAGE = 500;
/** How long an amount is kept after its window, so that an operator still sees it. */
const KEPT_MS = 86_400_000;

interface Amount {
  /** Exact even beyond what can be shown, so that what is taken back leaves what was there before. */
  readonly spent: bigint;
  /** How many changes of it are not durable yet: until they are, the cache alone knows it. */
  unsaved: number;
}

/** What was spent of a budget in one window. */
export interface SpentAmount extends Pick<BudgetAccount, 'budget_id' | 'key' | 'ends_at'> {
  readonly spent: number;
}

/**
 * What was spent under each key of each budget (section 5.12). Spending counts at once, before it is durable: two
 * dispatches that are decided at the same time cannot both take the rest of a limit.
 */
export class BudgetLedger {
  readonly #store: Store;
  readonly #known = new Map<string, Amount>();
  /** Whether every amount is cached: an unknown one is then 0. */
  #isComplete: boolean;
  #evictions = 0;

  private constructor(store: Store, isComplete: boolean) {
    this.#store = store;
    this.#isComplete = isComplete;
  }

  static async open(store: Store): Promise<BudgetLedger> {
    const rows = await store.list('meta', { where: { state: STATE }, limit: CACHE_SIZE + 1 });
    const ledger = new BudgetLedger(store, rows.length <= CACHE_SIZE);
    for (const row of rows.slice(0, CACHE_SIZE)) {
      ledger.#known.set(row.id, { spent: BigInt(readRow(row).spent), unsaved: 0 });
    }
    return ledger;
  }

  /** Loads amounts into the cache. Only what {@link of} says in the same turn of the event loop may be decided with. */
  async load(accounts: readonly BudgetAccount[]): Promise<void> {
    for (const { id } of accounts) while (!this.#isCached(id)) await this.#read(id);
    // What is spent of one of them puts none of the others out of the cache.
    for (const { id } of accounts) this.#refresh(id);
  }

  /** What was spent; null where that is not known. */
  of({ id }: BudgetAccount): number | null {
    const amount = this.#known.get(id);
    if (amount !== undefined) return shown(amount.spent);
    return this.#isComplete ? 0 : null;
  }

  /** Spends, or gives back where it is negative. It counts at once, and is durable with what {@link change} gives. */
  spend({ id }: BudgetAccount, amount: number): void {
    const { spent, unsaved } = this.#known.get(id) ?? { spent: 0n, unsaved: 0 };
    const sum = spent + BigInt(amount);
    this.#set(id, { spent: sum < 0n ? 0n : sum, unsaved: unsaved + 1 });
  }

  /** Called once for each {@link spend}, when it is durable or was taken back by another. */
  settled({ id }: BudgetAccount): void {
    const amount = this.#known.get(id);
    if (amount !== undefined) amount.unsaved -= 1;
  }

  /**
   * What makes everything durable that has been spent by now. Taken when it is written and not when it was spent: of
   * two dispatches that are written in another order, neither may lose what the other spent.
   */
  change(account: BudgetAccount): Change {
    const { id, budget_id, key, ends_at } = account;
    const document = JSON.stringify({ budget_id, key, spent: this.of(account) ?? 0 });
    return { put: 'meta', row: { id, state: STATE, at: ends_at, document } };
  }

  /** Everything that was spent in windows that have not ended by a time. */
  async list(now: string): Promise<SpentAmount[]> {
    const open: SpentAmount[] = [];
    for await (const rows of pagesOf(this.#store)) {
      open.push(...rows.filter(({ at }) => at > now).map(readRow));
    }
    return open;
  }

  /** Forgets the windows that ended long ago. The clock of a Hall never goes back to one. */
  async prune(now: number, commit: Commit): Promise<void> {
    const until = new Date(now - KEPT_MS).toISOString();
    for await (const rows of pagesOf(this.#store)) {
      const past = rows.filter(({ id, at }) => at <= until && (this.#known.get(id)?.unsaved ?? 0) === 0);
      if (past.length === 0) continue;
      await commit(past.map(({ id }) => ({ remove: 'meta', key: id })));
      for (const { id } of past) this.#known.delete(id);
    }
  }

  #isCached(id: string): boolean {
    return this.#isComplete || this.#known.has(id);
  }

  async #read(id: string): Promise<void> {
    const before = this.#evictions;
    const row = await this.#store.get('meta', id);
    // What was read may be out of date: another dispatch has spent meanwhile, and its amount may be out of the cache again.
    if (this.#known.has(id) || this.#evictions !== before) return;
    this.#set(id, { spent: row === null ? 0n : BigInt(readRow(row).spent), unsaved: 0 });
  }

  #refresh(id: string): void {
    const amount = this.#known.get(id);
    if (amount !== undefined) this.#set(id, amount);
  }

  #set(id: string, amount: Amount): void {
    this.#known.delete(id);
    this.#known.set(id, amount);
    if (this.#known.size > CACHE_SIZE) this.#evict();
  }

  /** The amount that was needed longest ago; never one that is not durable yet. */
  #evict(): void {
    for (const [id, { unsaved }] of this.#known) {
      if (unsaved > 0) continue;
      this.#known.delete(id);
      this.#isComplete = false;
      this.#evictions += 1;
      return;
    }
  }
}

const MAX_SHOWN = BigInt(Number.MAX_SAFE_INTEGER);

/** What is more than can be shown uses up any limit. */
function shown(spent: bigint): number {
  return Number(spent > MAX_SHOWN ? MAX_SHOWN : spent);
}

function readRow({ at, document }: StatefulRow): SpentAmount {
  const { budget_id, key, spent } = JSON.parse(document) as Omit<SpentAmount, 'ends_at'>;
  return { budget_id, key, spent, ends_at: at };
}

async function* pagesOf(store: Store): AsyncGenerator<StatefulRow[]> {
  let after: string | undefined;
  for (;;) {
    const query = { where: { state: STATE }, limit: PAGE, ...(after !== undefined && { after }) };
    const rows = await store.list('meta', query);
    yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id;
  }
}
