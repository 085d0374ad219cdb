import { epochSeconds } from '../../base/time.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import type { Budget } from '../schema/budget.ts';

/** Whose request a budget is judged for (section 5.12). */
export interface BudgetSubject {
  readonly tenant_id: string;
  readonly capability_id: string;
  readonly worker_id: string;
}

/**
 * Whether a budget limits a request: each member of its scope is `*` or the request's (section 5.12).
 *
 * @example
 * import { isBudgetFor } from '@wcp/spec/document';
 *
 * const scope = { tenant_id: 'tenant-b', capability_id: '*' };
 * const budget = { budget_id: 'b', scope, unit: 'calls', limit: 5, window_seconds: 3600 } as const;
 * const subject = { tenant_id: 'tenant-a', capability_id: 'cap.doc.summarize', worker_id: 'org.acme.doc.a' };
 * isBudgetFor(budget, subject); // false: it is for another tenant
 */
export function isBudgetFor({ scope }: Budget, subject: BudgetSubject): boolean {
  return (
    covers(scope.tenant_id, subject.tenant_id) &&
    covers(scope.capability_id, subject.capability_id) &&
    covers(scope.worker_id, subject.worker_id)
  );
}

function covers(scoped: string | undefined, actual: string): boolean {
  return scoped === undefined || scoped === '*' || scoped === actual;
}

/**
 * The key under which the facts say what was spent of a budget: another unit, another subject, another length of the
 * window and another window each have a key of their own (section 5.12).
 *
 * @param now a time in the form of section 4.4
 * @example
 * import { budgetKey } from '@wcp/spec/document';
 *
 * const scope = { tenant_id: '*' };
 * const budget = { budget_id: 'b', scope, unit: 'calls', limit: 5, window_seconds: 3600 } as const;
 * const subject = { tenant_id: 'tenant-a', capability_id: 'cap.doc.summarize', worker_id: 'org.acme.doc.a' };
 * budgetKey(budget, subject, '1970-01-01T01:00:00Z'); // '["calls","tenant-a",null,null,3600,1]'
 */
export function budgetKey(
  { scope, unit, window_seconds }: Budget,
  subject: BudgetSubject,
  now: string,
): string {
  return canonicalJson([
    unit,
    scope.tenant_id === undefined ? null : subject.tenant_id,
    scope.capability_id === undefined ? null : subject.capability_id,
    scope.worker_id === undefined ? null : subject.worker_id,
    window_seconds,
    Math.floor(epochSeconds(now) / window_seconds),
  ]);
}

/**
 * Seconds until the window ends that a time lies in, from 1 to its whole length (section 5.12).
 *
 * @example
 * import { secondsUntilReset } from '@wcp/spec/document';
 *
 * const budget = { budget_id: 'b', scope: {}, unit: 'calls', limit: 5, window_seconds: 60 } as const;
 * secondsUntilReset(budget, '2026-01-01T00:00:15Z'); // 45
 */
export function secondsUntilReset({ window_seconds }: Budget, now: string): number {
  const seconds = epochSeconds(now);
  return (Math.floor(seconds / window_seconds) + 1) * window_seconds - seconds;
}
