import { type Budget, type BudgetSubject, budgetKey, isBudgetFor } from '@wcp/spec/document';
import type { BudgetState } from '@wcp/spec/hall';
import { accountOf } from './budget-account.ts';
import type { SpentAmount } from './budget-ledger.ts';

/** What is left of each budget in the window that a time lies in; one that nobody has spent of has one state. */
export function budgetStates(
  budgets: readonly Budget[],
  amounts: readonly SpentAmount[],
  now: string,
): readonly BudgetState[] {
  return budgets.flatMap((budget) => {
    const states = amounts.flatMap((amount) => {
      const subject = subjectOf(amount.key);
      const isOfBudget = amount.budget_id === budget.budget_id && isBudgetFor(budget, subject);
      return isOfBudget && budgetKey(budget, subject, now) === amount.key
        ? [stateOf(budget, subject, amount.spent, now)]
        : [];
    });
    return states.length > 0 ? states : [stateOf(budget, UNSPENT, 0, now)];
  });
}

const UNSPENT: BudgetSubject = { tenant_id: '*', capability_id: '*', worker_id: '*' };

/** Whose amount stands under a key. */
function subjectOf(key: string): BudgetSubject {
  const [, tenant_id, capability_id, worker_id] = JSON.parse(key) as [string, ...(string | null)[]];
  return { tenant_id: tenant_id ?? '', capability_id: capability_id ?? '', worker_id: worker_id ?? '' };
}

function stateOf(budget: Budget, subject: BudgetSubject, spent: number, now: string): BudgetState {
  const { budget_id, scope, unit, limit, window_seconds } = budget;
  const idOf = (name: keyof BudgetSubject): string | null =>
    scope[name] === '*' ? subject[name] : (scope[name] ?? null);
  return {
    budget_id,
    tenant_id: idOf('tenant_id'),
    capability_id: idOf('capability_id'),
    worker_id: idOf('worker_id'),
    unit,
    limit,
    spent,
    remaining: Math.max(0, limit - spent),
    window_seconds,
    ends_at: accountOf(budget, subject, now).ends_at,
  };
}
