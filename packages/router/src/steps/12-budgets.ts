import type { Budget, BudgetShortage } from '@wcp/spec/document';
import { budgetKey, isBudgetFor, secondsUntilReset } from '@wcp/spec/document';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { ScoredEvaluation } from '../evaluation/evaluation.ts';

/** Step 12, second part: every budget that limits this request has room for it. */
export function checkBudgets(current: ScoredEvaluation): Denial | null {
  const { budgets } = current.engine.settings;
  if (budgets.length === 0) return null;
  const { tenant_id, capability_id } = current.input;
  const subject = { tenant_id, capability_id, worker_id: current.worker.worker_id };
  const { now, spent } = current.facts;
  const shortages: BudgetShortage[] = [];
  for (const budget of budgets) {
    if (!isBudgetFor(budget, subject)) continue;
    const amount = spent?.get(budget.budget_id)?.get(budgetKey(budget, subject, now));
    if (amount === undefined) return deny('DENY_X_BUDGET_UNKNOWN');
    const shortage = shortageOf(budget, amount, current);
    if (shortage !== null) shortages.push(shortage);
  }
  return shortages.length === 0 ? null : deny('DENY_X_BUDGET_EXHAUSTED', { 'x.budgets': shortages });
}

/** What a budget lacks; null where it has room. */
function shortageOf(budget: Budget, spent: number, current: ScoredEvaluation): BudgetShortage | null {
  const { budget_id, unit, limit } = budget;
  const needed = neededOf(budget, current);
  // A difference and not a sum, which could be too large to be exact.
  if (needed <= limit - spent) return null;
  return {
    budget_id,
    unit,
    limit,
    spent,
    remaining: Math.max(0, limit - spent),
    needed,
    resets_in_seconds: secondsUntilReset(budget, current.facts.now),
  };
}

function neededOf(budget: Budget, { own_blast }: ScoredEvaluation): number {
  if (budget.unit === 'cost') return budget.reserve;
  return budget.unit === 'blast' ? own_blast : 1;
}
