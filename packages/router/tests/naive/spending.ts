// Step 12, "Budgets": every budget that limits a request has room for it.
import { type Budget, keyFor, MEMBERS, secondsOf } from './budgets.ts';
import { type Obj, own } from './json.ts';
import { type Denial, factsOf, inputOf, known, type Run } from './run.ts';

export function step12Budgets(run: Run): Denial | null {
  const limiting = known(run.world).config.budgets.filter((budget) => limits(run, budget));
  const spent = limiting.map((budget) =>
    own(own(factsOf(run)['x.spent'], budget.budget_id), keyOf(run, budget)),
  );
  if (spent.includes(undefined)) return { code: 'DENY_X_BUDGET_UNKNOWN' };
  const short = limiting
    .map((budget, index) => ({ budget, spent: spent[index] as number }))
    .filter((each) => BigInt(each.spent) + BigInt(neededOf(run, each.budget)) > BigInt(each.budget.limit))
    .map((each) => shortage(run, each.budget, each.spent));
  return short.length === 0 ? null : { code: 'DENY_X_BUDGET_EXHAUSTED', detail: { 'x.budgets': short } };
}

const subjectOf = (run: Run) => ({ ...inputOf(run), worker_id: known(run.worker).worker_id });

const limits = (run: Run, { scope }: Budget): boolean =>
  MEMBERS.every((name) => [undefined, '*', subjectOf(run)[name]].includes(scope[name]));

const keyOf = (run: Run, budget: Budget): string => known(keyFor(budget, factsOf(run).now, subjectOf(run)));

function neededOf(run: Run, { unit, reserve }: Budget): number {
  if (unit === 'calls') return 1;
  return unit === 'blast' ? ownBlast(run) : known(reserve);
}

/** The blast of this request without that of its dispatch chain. */
export function ownBlast(run: Run): number {
  const { blast_radius, blast_score } = inputOf(run);
  const requested = Object.values(blast_radius ?? {}).reduce((sum, value) => sum + value, 0);
  return Math.max(known(run.worker).blast, requested, blast_score ?? 0);
}

function shortage(run: Run, budget: Budget, spent: number): Obj {
  const { budget_id, unit, limit, window_seconds } = budget;
  const into = ((secondsOf(factsOf(run).now) % window_seconds) + window_seconds) % window_seconds;
  return {
    budget_id,
    unit,
    limit,
    spent,
    remaining: spent > limit ? 0 : limit - spent,
    needed: neededOf(run, budget),
    resets_in_seconds: window_seconds - into,
  };
}
