import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { type Operation, pageOf, text, USUAL_PROBLEMS } from '../operation.ts';
import { OVERSEERS } from '../roles.ts';

const whose = (what: string) =>
  nullable(
    Type.String({
      description: `The ${what}; \`*\` where each is counted by itself and none has spent yet, null where all are counted together.`,
    }),
  );
const count = Type.Integer({ minimum: 0 });
const BudgetStateSchema = closed(
  {
    budget_id: text,
    tenant_id: whose('tenant'),
    capability_id: whose('capability'),
    worker_id: whose('worker'),
    unit: Type.Enum(['calls', 'blast', 'cost']),
    limit: count,
    spent: count,
    remaining: count,
    window_seconds: count,
    ends_at: text,
  },
  { title: 'BudgetState', description: 'What is left of a budget in its present window.' },
);

/** Budgets (section 5.12). */
export const BUDGET_OPERATIONS = {
  listBudgets: {
    ...ENDPOINTS.listBudgets,
    summary: 'What is left of each budget in its present window',
    access: OVERSEERS,
    answers: { 200: pageOf(BudgetStateSchema) },
    problems: USUAL_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** What is left of a budget in its present window. */
export type BudgetState = Wire<typeof BudgetStateSchema>;
