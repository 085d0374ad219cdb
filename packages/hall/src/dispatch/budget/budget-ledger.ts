import type { Change, Commit, StatefulRow, Store } from '../../storage/store/store.ts';
import { AmountCache } from './amount-cache.ts';
import type { BudgetAccount } from './budget-account.ts';

/** How many amounts are cached; the others are read from the store when they are needed. */
const CACHE_SIZE = 50_000;
/** The state of the rows of the table `meta` that hold what was spent. */
const STATE = 'budget';
const PAGE = 500;
/** How long an amount is kept after its window, so that an operator still sees it. */
const KEPT_MS = 86_400_000;

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
  /** Exact even beyond what can be shown, so that what is taken back leaves what was there before. */
  readonly #amounts: AmountCache<bigint>;

  private constructor(store: Store, rows: readonly StatefulRow[]) {
    this.#store = store;
    const amounts = rows.map((row) => [row.id, spentOf(row)] as const);
    this.#amounts = new AmountCache(CACHE_SIZE, amounts, async (id) => spentOf(await store.get('meta', id)));
  }

  static async open(store: Store): Promise<BudgetLedger> {
    return new BudgetLedger(
      store,
      await store.list('meta', { where: { state: STATE }, limit: CACHE_SIZE + 1 }),
    );
  }

  /** Loads amounts into the cache. Only what {@link of} says in the same turn of the event loop may be decided with. */
  load(accounts: readonly BudgetAccount[]): Promise<void> {
    return this.#amounts.load(accounts.map(({ id }) => id));
  }

  /** Whether what {@link of} says is what other Halls have left. */
  isCurrent(accounts: readonly BudgetAccount[]): boolean {
    return accounts.every(({ id }) => this.#amounts.isCurrent(id));
  }

  /** Says that other Halls have spent, by the keys of rows of `meta`; null for any. */
  overtake(ids: readonly string[] | null): void {
    this.#amounts.overtake(ids);
  }

  /** What was spent; null where that is not known. */
  of({ id }: BudgetAccount): number | null {
    const spent = this.#amounts.get(id);
    if (spent !== undefined) return shown(spent);
    return this.#amounts.isNone(id) ? 0 : null;
  }

  /** Spends, or gives back where it is negative. It counts at once, and is durable with what {@link change} gives. */
  spend({ id }: BudgetAccount, amount: number): void {
    const sum = (this.#amounts.get(id) ?? 0n) + BigInt(amount);
    this.#amounts.change(id, sum < 0n ? 0n : sum);
  }

  /** Called once for each {@link spend}, when it is durable or was taken back by another. */
  settled({ id }: BudgetAccount): void {
    this.#amounts.settled(id);
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
      const past = rows.filter(({ id, at }) => at <= until && !this.#amounts.isUnsaved(id));
      if (past.length === 0) continue;
      await commit(past.map(({ id }) => ({ remove: 'meta', key: id })));
      for (const { id } of past) this.#amounts.forget(id);
    }
  }
}

const MAX_SHOWN = BigInt(Number.MAX_SAFE_INTEGER);

/** What is more than can be shown uses up any limit. */
function shown(spent: bigint): number {
  return Number(spent > MAX_SHOWN ? MAX_SHOWN : spent);
}

function spentOf(row: StatefulRow | null): bigint {
  return row === null ? 0n : BigInt(readRow(row).spent);
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
