import type { Receipt, RouteDecision, WorkerResult } from '@wcp/spec';
import type { BudgetLeft } from '@wcp/spec/hall';

/** What a dispatch gives back. */
export interface DispatchAnswer {
  readonly decision: RouteDecision;
  readonly receipt: Receipt;
  /** Null where nothing was executed. */
  readonly outcome_receipt: Receipt | null;
  readonly result: WorkerResult | null;
  /** A code `DELIVERY_…` where a worker was to run and gave no result. */
  readonly delivery_code: string | null;
  /** What that code means, and whether the worker ran. */
  readonly delivery_message: string | null;
  /** What is left of each budget of the tenant that limited the dispatch; absent where none did, or nothing was executed. */
  readonly 'x.budgets'?: readonly BudgetLeft[];
}
