import { budgetStates } from '../../dispatch/budget/budget-states.ts';
import type { Routes } from '../route.ts';

/** Budgets (section 5.12). */
export const BUDGET_ROUTES = {
  listBudgets: {
    async handle({ hall: { activeWorld, ledger, clock } }) {
      const now = new Date(clock.latest()).toISOString();
      const items = budgetStates(activeWorld.current.budgets, await ledger.list(now), now);
      return { items, next_cursor: null };
    },
  },
} satisfies Partial<Routes>;
