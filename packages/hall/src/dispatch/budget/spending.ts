import type { WorkerResult } from '@wcp/spec';
import type { BudgetLeft } from '@wcp/spec/hall';
import type { Change } from '../../storage/store/store.ts';
import type { BlastBudget, ChainId } from '../blast-budget.ts';
import type { BudgetAccount } from './budget-account.ts';
import type { BudgetLedger } from './budget-ledger.ts';

/** What a dispatch has spent. It counts from the moment of the decision, and is durable with its receipt. */
export interface Spending {
  /** What makes it durable, as of when it is called. */
  changes(): readonly Change[];
  /** Called once it is durable. */
  stored(): void;
  /** Undoes it where the decision did not become durable. */
  giveBack(): void;
  /** What the worker's report of its cost changes; null where nothing was reserved, or nothing valid is reported. */
  settle(result: WorkerResult | null): Settlement | null;
  /**
   * What is left now of the tenant's own budgets that were spent of, in the window in which they were: what is left of
   * one that others share would tell what they spend.
   */
  left(): readonly BudgetLeft[];
}

/** A report of what a call cost, in the place of what was reserved for it. */
export interface Settlement {
  readonly cost: number;
  readonly budget_ids: readonly string[];
  /** Knows the present amounts, which {@link apply} must do in the same turn of the event loop. */
  load(): Promise<void>;
  /** Counts it, and gives what makes that durable. */
  apply(): readonly Change[];
  stored(): void;
  /** Counts what was reserved again, where the report did not become durable. */
  undo(): void;
}

/** What a dispatch spends. */
export interface Spent {
  readonly chain: ChainId;
  readonly blast: number;
  readonly accounts: readonly BudgetAccount[];
}

/** Spends of the dispatch chain and of every budget that limits a dispatch. */
export function spend(budgets: BlastBudget, ledger: BudgetLedger, spent: Spent): Spending {
  const { chain, blast, accounts } = spent;
  budgets.spend(chain, blast);
  for (const account of accounts) ledger.spend(account, neededOf(account, blast));
  return {
    changes: () => [budgets.change(chain), ...accounts.map((account) => ledger.change(account))],
    stored() {
      budgets.stored(chain);
      settleAll(ledger, accounts);
    },
    giveBack() {
      budgets.giveBack(chain, blast);
      for (const account of accounts) {
        ledger.spend(account, -neededOf(account, blast));
        ledger.settled(account);
      }
      settleAll(ledger, accounts);
    },
    settle: (result) => settlementOf(ledger, accounts, result),
    left: () => accounts.flatMap((account) => leftOf(account, ledger.of(account))),
  };
}

function settleAll(ledger: BudgetLedger, accounts: readonly BudgetAccount[]): void {
  for (const account of accounts) ledger.settled(account);
}

function neededOf({ budget }: BudgetAccount, blast: number): number {
  if (budget.unit === 'cost') return budget.reserve;
  return budget.unit === 'blast' ? blast : 1;
}

function leftOf({ budget, ends_at }: BudgetAccount, spent: number | null): readonly BudgetLeft[] {
  if (spent === null || budget.scope.tenant_id === undefined) return [];
  const { budget_id, unit, limit } = budget;
  return [{ budget_id, unit, limit, remaining: Math.max(0, limit - spent), ends_at }];
}

function settlementOf(
  ledger: BudgetLedger,
  accounts: readonly BudgetAccount[],
  result: WorkerResult | null,
): Settlement | null {
  const reserved = accounts.filter(({ budget }) => budget.unit === 'cost');
  const cost = reserved.length === 0 ? null : reportedCost(result);
  if (cost === null) return null;
  const count = (sign: 1 | -1): void => {
    for (const account of reserved) ledger.spend(account, sign * (cost - neededOf(account, 0)));
  };
  return {
    cost,
    budget_ids: reserved.map(({ budget_id }) => budget_id),
    load: () => ledger.load(reserved),
    apply() {
      count(1);
      return reserved.map((account) => ledger.change(account));
    },
    stored: () => settleAll(ledger, reserved),
    undo() {
      count(-1);
      for (const _ of [1, 2]) settleAll(ledger, reserved);
    },
  };
}

/** The sum of what a worker's evidence reports as `x.cost`; null without a report, or where one is no amount. */
export function reportedCost(result: WorkerResult | null): number | null {
  const costs = (result?.evidence ?? []).flatMap((item) =>
    Object.hasOwn(item, 'x.cost') ? [(item as { readonly 'x.cost': unknown })['x.cost']] : [],
  );
  if (costs.length === 0 || !costs.every(isAmount)) return null;
  return Math.min(
    Number.MAX_SAFE_INTEGER,
    costs.reduce((sum, cost) => sum + cost, 0),
  );
}

function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
