import type { Match } from '@wcp/spec/document';
import type { AcceptedInput } from '@wcp/spec/input';

/** The members of an input on which a rule may have conditions (section 4.1). */
export const MATCH_MEMBERS = [
  'capability_id',
  'env',
  'data_label',
  'tenant_risk',
  'qos_class',
  'tenant_id',
] as const;

/** One of {@link MATCH_MEMBERS}. */
type MatchMember = (typeof MATCH_MEMBERS)[number];

/** The values that a condition accepts; null accepts every value. */
export type Values = ReadonlySet<string> | null;

/** A match condition as a rule writes it. */
export type Condition = Match[MatchMember];

/** What a condition accepts: an exact value, `{eq}`, `{in}`, `{any: true}`, or absent (any). */
export function valuesOf(condition: Condition): Values {
  if (condition === undefined) return null;
  if (typeof condition === 'string') return new Set([condition]);
  if ('eq' in condition) return new Set([condition.eq]);
  return 'in' in condition ? new Set(condition.in) : null;
}

/** The conditions of a match, without those that accept everything. */
export type CompiledMatch = readonly (readonly [MatchMember, ReadonlySet<string>])[];

/** A match in the form that {@link matches} reads. */
export function compileMatch(match: Match): CompiledMatch {
  const compiled: [MatchMember, ReadonlySet<string>][] = [];
  for (const member of MATCH_MEMBERS) {
    const values = Object.hasOwn(match, member) ? valuesOf(match[member]) : null;
    if (values !== null) compiled.push([member, values]);
  }
  return compiled;
}

/** Whether every condition of a match accepts the input. */
export function matches(match: CompiledMatch, input: AcceptedInput): boolean {
  return match.every(([member, values]) => values.has(input[member]));
}
