import type { PolicyFinding } from '../../base/policy-finding.ts';
import { ENUMERATIONS } from '../request/members.ts';
import type { CedarPolicy } from './cedar-policy.ts';

/**
 * Comparisons of a policy with a value that the member never has, such as `context.env == "production"`: to the schema,
 * every text is as good as another. Found are `==`, `!=` and `contains` with texts that stand in the policy.
 */
export function valueFindings({ file, line, json }: CedarPolicy): PolicyFinding[] {
  return comparisonsIn(json).flatMap(([member, value]) => {
    const values = ENUMERATIONS[member];
    if (values === undefined || values.includes(value)) return [];
    const written = values.map((known) => JSON.stringify(known)).join(', ');
    return {
      file,
      line,
      code: 'POLICY_VALUE',
      message: `The member ${member} is never ${JSON.stringify(value)}.`,
      remedy: `Write one of ${written}.`,
    };
  });
}

/** Which members are compared with which texts. */
function comparisonsIn(json: unknown): [string, string][] {
  if (typeof json !== 'object' || json === null) return [];
  const within = Object.values(json).flatMap(comparisonsIn);
  const [[operator, operands] = []] = Object.entries(json);
  const { left, right } = Object(operands);
  switch (operator) {
    case '==':
    case '!=':
      return [...pairs(left, right), ...pairs(right, left), ...within];
    case 'contains':
      return [...pairs(right, left), ...within];
    case 'containsAny':
    case 'containsAll':
      return [...setPairs(left, right), ...setPairs(right, left), ...within];
    default:
      return within;
  }
}

function pairs(access: unknown, literal: unknown): [string, string][] {
  const member: unknown = Object(Object(access)['.']).attr;
  return typeof member === 'string' ? textsIn(literal).map((value) => [member, value]) : [];
}

/** `[context.env, …].containsAny(["dev", …])`. */
function setPairs(set: unknown, literal: unknown): [string, string][] {
  const items: unknown = Object(set).Set;
  return Array.isArray(items) ? items.flatMap((item) => pairs(item, literal)) : [];
}

/** The texts of a literal, or of a set of literals. */
function textsIn(literal: unknown): string[] {
  const { Value: value, Set: items } = Object(literal);
  if (typeof value === 'string') return [value];
  const all: unknown[] = Array.isArray(items) ? items : [];
  return [
    ...all.flatMap(textsIn),
    ...(Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []),
  ];
}
