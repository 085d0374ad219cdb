import type { PolicyFinding } from '../base/policy-finding.ts';

/** The rule that decides where nothing else is said: `decision` in the package `wcp`. */
export const DEFAULT_RULE = 'wcp/decision';

/** What is wrong with the path of a rule; null where nothing is. */
export function checkRulePath(path: string): PolicyFinding | null {
  if (path.length <= 512 && /^[A-Za-z_][A-Za-z0-9_-]*(?:\/[A-Za-z_][A-Za-z0-9_-]*)*$/.test(path)) return null;
  return {
    file: null,
    line: null,
    code: 'POLICY_RULE_PATH',
    message: 'path is not the path of a rule of Rego.',
    remedy: 'Give the package and the rule with slashes, without "data": wcp/decision.',
  };
}
