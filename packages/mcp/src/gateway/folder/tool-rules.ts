import { ownMember } from '../../base/members.ts';
import type { ServerSettings } from '../../config/server-schema.ts';

/** What becomes of the calls of a tool, as the operator said it. */
export type ToolVerdict = 'run' | 'hold' | 'deny';

/** A tool for which a rule is written. */
export interface RuledTool {
  readonly id: string;
  /** Its name at the server; an attacker's. */
  readonly name: string;
  readonly definition: unknown;
}

/**
 * What becomes of the calls of a tool: the operator's word about it counts most, then that of a server that the operator
 * trusts. Everything else waits for a steward.
 */
export function verdictOf(
  { name, definition }: Pick<RuledTool, 'name' | 'definition'>,
  { trust, run, deny }: Pick<ServerSettings, 'trust' | 'run' | 'deny'>,
): ToolVerdict {
  if (deny.includes(name)) return 'deny';
  if (run.includes(name)) return 'run';
  return trust === 'annotations' && isReader(definition) ? 'run' : 'hold';
}

/** One that says so, and does not also say that it destroys. */
function isReader(definition: unknown): boolean {
  const annotations = ownMember(definition, 'annotations');
  return (
    ownMember(annotations, 'readOnlyHint') === true && ownMember(annotations, 'destructiveHint') !== true
  );
}

/** The rule of a tool; null for one that nobody may call, because what has no rule is denied. */
export function ruleOf({ id }: Pick<RuledTool, 'id'>, verdict: ToolVerdict): object | null {
  if (verdict === 'deny') return null;
  const authority = id.split('.').slice(0, 2).join('.');
  return {
    rule_id: id,
    description: verdict === 'run' ? 'This tool runs.' : 'A steward must approve each call of this tool.',
    match: { capability_id: id },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: id, authorities: [authority] }],
      escalation: verdict === 'run' ? {} : { human_required_default: true, supervisor_level: 'gatekeeper' },
    },
  };
}

/**
 * The rules with those of new tools at their end; what the operator wrote about a tool stays. Null where nothing is added,
 * or where the document is not one that rules could be added to.
 */
export function rulesWith(document: unknown, added: readonly object[]): object | null {
  const rules = Array.isArray(document) ? document : ownMember(document, 'rules');
  if (!Array.isArray(rules)) return null;
  const known = new Set(rules.flatMap(capabilitiesOf));
  const fresh = added.filter((rule) => capabilitiesOf(rule).every((id) => !known.has(id)));
  if (fresh.length === 0) return null;
  const all = [...rules, ...fresh];
  return Array.isArray(document) ? all : { ...(document as object), rules: all };
}

/** The capabilities that a rule names, in any of the forms of a condition. */
function capabilitiesOf(rule: unknown): string[] {
  const condition = ownMember(ownMember(rule, 'match'), 'capability_id');
  const named = [condition, ownMember(condition, 'eq'), ...[ownMember(condition, 'in')].flat()];
  return named.filter((each) => typeof each === 'string');
}
