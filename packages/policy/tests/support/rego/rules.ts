import type { Condition, Rule } from './assemble-module.ts';

/** A decision for everything that `conditions` hold for. */
export function rule(value: unknown, ...conditions: readonly Condition[]): Rule {
  return { when: conditions, gives: { value } };
}

/** Whether a member of the request equals this value. */
export function equals(member: string, than: unknown): Condition {
  return { path: [member], is: '==', than };
}

export const ALLOW_ACME = rule({ decision: 'ALLOW', reason: 'acme may' }, equals('tenant_id', 'acme'));
export const DENY_REST = rule({ decision: 'DENY', reason: 'no rule allows it' });
