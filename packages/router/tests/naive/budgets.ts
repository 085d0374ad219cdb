// Section 5.12, "Budgets": the form of a budget, and the key under which the facts say what was spent of it.

import { isIdOf, isOpaqueId, isWorkerId } from './ids.ts';
import { type Check, canonical, isInteger, listOf, type Obj, oneOf, own, shape } from './json.ts';

export interface Budget {
  readonly budget_id: string;
  readonly scope: {
    readonly tenant_id?: string;
    readonly capability_id?: string;
    readonly worker_id?: string;
  };
  readonly unit: string;
  readonly limit: number;
  readonly window_seconds: number;
  readonly reserve?: number;
}

const isAmount = (from: number): Check => isInteger(from, Number.MAX_SAFE_INTEGER);
const orAny =
  (check: Check): Check =>
  (value) =>
    value === '*' || check(value);
const ALWAYS = ['budget_id', 'scope', 'unit', 'limit', 'window_seconds'];

const isBudget: Check = (value) => {
  const isCost = own(value, 'unit') === 'cost';
  return shape(
    {
      budget_id: isOpaqueId,
      scope: shape({
        tenant_id: orAny(isOpaqueId),
        capability_id: orAny(isIdOf('capability')),
        worker_id: orAny(isWorkerId),
      }),
      unit: oneOf(['calls', 'blast', 'cost']),
      limit: isAmount(0),
      window_seconds: isInteger(1, 31536000),
      ...(isCost ? { reserve: isAmount(1) } : {}),
    },
    isCost ? [...ALWAYS, 'reserve'] : ALWAYS,
  )(value);
};

export const areBudgets: Check = (value) => {
  if (!listOf(isBudget)(value)) return false;
  const ids = (value as Obj[]).map((budget) => budget['budget_id']);
  return new Set(ids).size === ids.length;
};

interface Subject {
  readonly tenant_id: string;
  readonly capability_id: string;
  readonly worker_id: string;
}

export const MEMBERS = ['tenant_id', 'capability_id', 'worker_id'] as const;

export const secondsOf = (now: string): number => Date.parse(`${now.slice(0, 19)}Z`) / 1000;

/** The key of a budget, which may be malformed: null where it has none. */
export function keyFor(budget: unknown, now: string, subject: Subject): string | null {
  const ids = MEMBERS.map((name) => (own(own(budget, 'scope'), name) === undefined ? null : subject[name]));
  const length = own(budget, 'window_seconds') as number;
  return canonical([own(budget, 'unit'), ...ids, length, Math.floor(secondsOf(now) / length)]);
}
