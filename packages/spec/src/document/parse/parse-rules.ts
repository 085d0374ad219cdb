import type { Finding, Parsed } from '../../base/finding.ts';
import { type Rules, RulesSchema } from '../schema/rules.ts';
import { parseDocument } from './parse-document.ts';

type RulesDocument = Rules | { readonly rules: Rules };

/**
 * Reads a rules document (section 4.1): a list of rules, or an object whose only member `rules` is
 * one. Ids come back in their canonical spelling; two rules with one `rule_id` are an error.
 *
 * @example
 * import { parseRules } from '@wcp/spec';
 *
 * parseRules([{ rule_id: 'r1', match: {}, decision: { candidate_workers_ranked: [] } }]).ok; // true
 */
export function parseRules(value: unknown): Parsed<Rules> {
  const parsed = parseDocument<RulesDocument>(RulesSchema, value, findDuplicates);
  return parsed.ok ? { ...parsed, value: rulesOf(parsed.value) } : parsed;
}

function rulesOf(document: RulesDocument): Rules {
  return isList(document) ? document : document.rules;
}

function isList(document: RulesDocument): document is Rules {
  return Array.isArray(document);
}

function findDuplicates(document: RulesDocument): Finding[] {
  const root = isList(document) ? '' : '/rules';
  const seen = new Map<string, number>();
  const findings: Finding[] = [];
  for (const [index, { rule_id }] of rulesOf(document).entries()) {
    const first = seen.get(rule_id);
    if (first === undefined) seen.set(rule_id, index);
    else {
      const message = `Rule ${first} has the rule_id "${rule_id}" already; each rule needs its own.`;
      findings.push({ path: `${root}/${index}/rule_id`, code: 'INVALID_VALUE', message });
    }
  }
  return findings;
}
