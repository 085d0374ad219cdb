import type { CedarPolicy } from './policy/cedar-policy.ts';

/**
 * What Cedar may cost. It has neither loops nor recursion: each operator of a policy, and each character of a pattern for
 * `like`, looks at most once at each character of a request. Some milliseconds for this many looks.
 */
const MAX_LOOKS = 5_000_000;

/** The length of a request without anything that a caller may make longer, in UTF-16 units. */
const SHORT_REQUEST = 500;

/** The operators, literals and characters of patterns in policies. */
export function weightOf(policies: readonly Pick<CedarPolicy, 'json'>[]): number {
  return policies.reduce((weight, { json }) => weight + nodesIn(json), 0);
}

/** Whether policies of a weight are done with a request of so many UTF-16 units so soon that nothing need go on meanwhile. */
export function isCheap(weight: number, length: number): boolean {
  return weight * length <= MAX_LOOKS;
}

/** Whether policies are done so soon with any request that is short. */
export function isMostlyCheap(weight: number): boolean {
  return weight * SHORT_REQUEST <= MAX_LOOKS;
}

function nodesIn(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 1;
  return Object.values(json).reduce<number>((nodes, value) => nodes + nodesIn(value), 1);
}
