import type { Colours } from '../../base/terminal.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { boxText, type CellBox } from '../../rules/cells.ts';
import type { RuleChange } from '../../rules/compare-rules.ts';
import type { Conflict, LeastRule } from '../../rules/least-rules.ts';
import { namedValues } from '../../rules/rule-match.ts';
import type { Suggestion } from '../../rules/suggest-rules.ts';
import { foundText, replayText } from '../decide/replay-text.ts';

/** Suggested rules for a person who reviews them: what each allows and why, and what would change with them. */
export function suggestionText(suggestion: Suggestion, written: string | null, colours: Colours): string {
  const { rules, conflicts, decisions, unused, traffic, compared_with, changes } = suggestion;
  const used = decisions - Object.values(unused).reduce((sum, number) => sum + number, 0);
  return [
    ...rules.map((each) => ruleText(each, colours)),
    `${count(rules.length, 'rule')} from ${used} of ${count(decisions, 'decision')}.\n`,
    ...Object.entries(unused).map(([code, number]) => `${colours.red(code)}: ${number} not used.\n`),
    ...listText(conflicts, (each) => conflictText(each, colours)),
    `\n${colours.bold('Compared with the recorded decisions')}\n`,
    ...listText(traffic.found, (each) => foundText(each, colours)),
    replayText(traffic, colours),
    `\n${colours.bold(`Compared with ${COMPARED[compared_with ?? 'rules_in_force']}`)}\n`,
    ...(changes === null
      ? ['No rules in force are known. Name them with --rules.\n']
      : changesText(changes, colours)),
    `\n${endText(rules.length, written)}`,
  ].join('');
}

const COMPARED: Readonly<Record<NonNullable<Suggestion['compared_with']>, string>> = {
  given_rules: 'the rules that you named',
  rules_in_force: 'the rules in force',
  newest_decision: 'the rules of the newest decision',
};

function ruleText(
  { rule, from, cells, dispatched, approved, held, dry_runs }: LeastRule,
  colours: Colours,
): string {
  const { match, decision } = rule;
  const candidates = decision.candidate_workers_ranked.map(({ worker_species_id, authorities }) =>
    authorities == null
      ? `${worker_species_id} of any authority`
      : `${worker_species_id} of ${authorities.join(', ')}`,
  );
  const seen = [
    `${dispatched} allowed`,
    ...(approved > 0 ? [`${approved} of them by a human`] : []),
    `${held} held`,
    ...(dry_runs > 0 ? [`${dry_runs} only asked about`] : []),
  ];
  const table = rows(
    [
      [
        'takes',
        `${(namedValues(match.capability_id) ?? []).map(escaped).join(', ')} ${boxText(boxOf(match))}`,
      ],
      ['tenants', shortList(namedValues(match.tenant_id) ?? [])],
      ['workers', candidates.join('; ')],
      ['asks', asksText(decision.escalation)],
      ['seen', `${seen.join(', ')}, in ${count(cells, 'cell')}, by ${from.map(escaped).join(', ')}`],
    ],
    2,
    colours.dim,
  );
  return `${colours.bold(escaped(rule.rule_id))}\n${table}`;
}

/** Whom a rule asks before a worker runs, the conditions of the rule that it was learned from included. */
function asksText(escalation: LeastRule['rule']['decision']['escalation'] = {}): string | null {
  const { policy_gate, human_required_default, msavx_step_up, human_required_if, supervisor_level } =
    escalation;
  const level = supervisor_level == null ? '' : ` (${supervisor_level})`;
  const always = human_required_default === true || msavx_step_up === true;
  const sometimes = (human_required_if ?? []).length > 0;
  const asked = [
    ...(policy_gate === true ? ['the policy gate'] : []),
    ...(always ? [`a human${level}`] : sometimes ? [`a human under some conditions${level}`] : []),
  ];
  return asked.length === 0 ? null : asked.join(', ');
}

function boxOf(match: LeastRule['rule']['match']): CellBox {
  const { env, data_label, tenant_risk, qos_class } = match;
  const values = { env, data_label, tenant_risk, qos_class };
  return Object.fromEntries(
    Object.entries(values).map(([name, condition]) => [name, namedValues(condition) ?? []]),
  ) as unknown as CellBox;
}

function conflictText(
  { capability_id, tenant_id, cell, taken, left }: Conflict,
  { yellow }: Colours,
): string {
  const where = [capability_id, tenant_id, ...Object.values(cell)]
    .map((text) => escaped(String(text)))
    .join('  ');
  const counting = taken.length === 0 ? 'that no rule takes it any more' : taken.map(escaped).join(', ');
  const rules = `${counting} counts, not ${left.map(escaped).join(', ')}`;
  return `${yellow('decided in two ways')}  ${where}\n  ${rules}\n`;
}

/** Looser first. */
const KINDS: Readonly<Record<RuleChange['kind'], string>> = {
  newly_allowed: 'newly allowed',
  no_longer_held: 'no longer held',
  newly_held: 'newly held',
  newly_denied: 'newly denied',
};

function changesText(changes: readonly RuleChange[], colours: Colours): string[] {
  if (changes.length === 0) return ['They take the same requests.\n'];
  const order = Object.keys(KINDS);
  const sorted = [...changes].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return listText(sorted, (change) => changeText(change, colours));
}

function changeText(
  { kind, before, after, capability_id, tenants, cells, boxes }: RuleChange,
  colours: Colours,
): string {
  const paint = kind === 'newly_denied' || kind === 'newly_held' ? colours.yellow : colours.red;
  const rule = [before, after]
    .filter((id) => id !== null)
    .map(escaped)
    .join(' -> ');
  const what = capability_id === null ? 'every capability that no rule names' : escaped(capability_id);
  const whose = tenants === null ? 'every other tenant' : shortList(tenants);
  const head = `${paint(KINDS[kind].padEnd(14))}  ${what}  ${whose}: ${count(cells, 'cell')} (${rule})\n`;
  return head + listText(boxes, (box) => `  ${boxText(box)}\n`).join('');
}

const MAX_NAMES = 8;

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(escaped).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}

/** A screen has room for so many; --json prints all. */
const MAX_LINES = 20;

function listText<T>(items: readonly T[], textOf: (item: T) => string): string[] {
  const lines = items.slice(0, MAX_LINES).map(textOf);
  return items.length > MAX_LINES ? [...lines, `  … and ${items.length - MAX_LINES} more (--json)\n`] : lines;
}

function endText(rules: number, written: string | null): string {
  if (rules === 0 && written === null)
    return 'Nothing was allowed or held, so there is nothing to suggest.\n';
  if (written === null) return 'Nothing was written. --write FILE writes these rules to a new file.\n';
  const file = escaped(written);
  return `Written to ${file}; not in force. Check it with \`wcp rules check ${file}\`.\n`;
}
