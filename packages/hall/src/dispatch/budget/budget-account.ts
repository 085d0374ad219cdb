import type { Facts } from '@wcp/spec';
import {
  addSeconds,
  type Budget,
  type BudgetSubject,
  budgetKey,
  isBudgetFor,
  secondsUntilReset,
} from '@wcp/spec/document';

/** Where the Hall counts what is spent of a budget: one key in one window (section 5.12). */
export interface BudgetAccount {
  /** Of the row that holds the amount. */
  readonly id: string;
  readonly budget_id: string;
  readonly key: string;
  /** When the window ends, UTC. */
  readonly ends_at: string;
  readonly budget: Budget;
}

/** The accounts that limit a request to one worker. */
export function accountsOf(
  budgets: readonly Budget[],
  subject: BudgetSubject,
  now: string,
): readonly BudgetAccount[] {
  return budgets.flatMap((budget) => (isBudgetFor(budget, subject) ? [accountOf(budget, subject, now)] : []));
}

/** The accounts that limit a request to any of several workers: which one is selected is decided with them. */
export function accountsForAny(
  budgets: readonly Budget[],
  subject: Omit<BudgetSubject, 'worker_id'>,
  workers: () => readonly string[],
  now: string,
): readonly BudgetAccount[] {
  return budgets.flatMap((budget) => {
    const { worker_id } = budget.scope;
    const ids = worker_id === '*' ? workers() : [worker_id ?? ''];
    return ids.flatMap((id) => accountsOf([budget], { ...subject, worker_id: id }, now));
  });
}

/** The fact `x.spent`; an amount that is not known is left out, so that its budget denies. */
export function spentFacts(
  accounts: readonly BudgetAccount[],
  spentOf: (account: BudgetAccount) => number | null,
): NonNullable<Facts['x.spent']> {
  const spent = new Map<string, (readonly [key: string, amount: number])[]>();
  for (const account of accounts) {
    const amounts = spent.get(account.budget_id) ?? [];
    const amount = spentOf(account);
    if (amount !== null) amounts.push([account.key, amount]);
    spent.set(account.budget_id, amounts);
  }
  return Object.fromEntries([...spent].map(([id, amounts]) => [id, Object.fromEntries(amounts)]));
}

/** Where a budget is counted for a request that it limits. */
export function accountOf(budget: Budget, subject: BudgetSubject, now: string): BudgetAccount {
  const { budget_id } = budget;
  const key = budgetKey(budget, subject, now);
  const ends_at = endOf(budget, now);
  return { id: JSON.stringify([budget_id, key]), budget_id, key, ends_at, budget };
}

/** A window that ends after the year 9999 ends with it: a time has no fifth digit of a year. */
function endOf(budget: Budget, now: string): string {
  try {
    return addSeconds(`${now.slice(0, 19)}.000Z`, secondsUntilReset(budget, now));
  } catch {
    return '9999-12-31T23:59:59.999Z';
  }
}
