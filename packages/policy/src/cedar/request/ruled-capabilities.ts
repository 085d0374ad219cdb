import type { Rules } from '@wcp/spec';

/**
 * The capabilities that rules name: a policy about another one would wait for a request that never comes.
 *
 * @example
 * import { cedarSchema, ruledCapabilities } from '@wcp/policy/cedar';
 * import { parseRules } from '@wcp/spec';
 *
 * const rules = parseRules([]);
 * if (rules.ok) console.log(cedarSchema(ruledCapabilities(rules.value)));
 */
export function ruledCapabilities(rules: Rules): string[] {
  return rules.flatMap(({ match }) => namedBy(match?.capability_id));
}

/** A condition is a value, `{eq}`, `{in}` or `{any: true}`. */
function namedBy(condition: unknown): string[] {
  if (typeof condition === 'string') return [condition];
  const { eq, in: several } = Object(condition);
  return [eq, ...(Array.isArray(several) ? several : [])].filter((id) => typeof id === 'string');
}
