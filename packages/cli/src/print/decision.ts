import { DENY_CODES, type DenyCode, type DenyReason, type RouteDecision } from '@wcp/spec';
import type { BudgetShortage } from '@wcp/spec/document';
import type { Colours } from '../base/terminal.ts';
import type { JsonDocument } from '../input/json-document.ts';
import { escaped, rows } from './layout.ts';
import { placeText } from './problems.ts';
import { wordFor } from './word-for.ts';

type Row = readonly [label: string, text: string | null];

/** A decision for people: what, why, by which rule, and what to do if it is not a dispatch. */
export function decisionText(decision: RouteDecision, input: JsonDocument, colours: Colours): string {
  const table = rows([...rowsOf(decision), ...commonRows(decision)], 2, colours.dim);
  return `${headline(decision, colours)}\n${table}${findingLines(decision, input)}`;
}

function rowsOf(decision: RouteDecision): Row[] {
  if (decision.outcome === 'DISPATCH') return dispatchRows(decision);
  if (decision.outcome === 'DENY') return denyRows(decision);
  return decision.outcome === 'STEWARD_HOLD' ? holdRows(decision) : [['remedy', UPDATE]];
}

const UPDATE =
  'This version of wcp does not know that. Ask whoever runs the Hall, or update it: npm install --global @wcp/cli@latest.';

/** The outcome in one line. */
function headline(decision: RouteDecision, colours: Colours): string {
  const { outcome, capability_id, deny_code, supervisor_level, dry_run } = decision;
  const what = capability_id === null ? '' : `  ${capability_id}`;
  const dry = dry_run ? '  (dry run: nothing is executed)' : '';
  if (outcome === 'DISPATCH') return `${colours.green(colours.bold('DISPATCH'))}${what}${dry}`;
  if (outcome === 'DENY') return `${colours.red(colours.bold('DENIED'))}${what}  ${escaped(deny_code)}${dry}`;
  if (outcome !== 'STEWARD_HOLD') return `${colours.red(escaped(String(outcome)))}${what}${dry}`;
  return `${colours.yellow(colours.bold('HELD'))}${what}  for a steward, supervisor level ${supervisor_level}${dry}`;
}

/** What to do about a deny code. */
export function remedyOf({ deny_code }: RouteDecision): string | null {
  if (deny_code === null) return null;
  return isKnown(deny_code) ? DENY_CODES[deny_code].remedy : UPDATE;
}

/** What a deny code means. */
export function meaningOf({ deny_code, deny_reason_if_denied: reason }: RouteDecision): string | null {
  if (deny_code === null) return null;
  return isKnown(deny_code) ? DENY_CODES[deny_code].meaning : escaped(reason?.message ?? 'Denied.');
}

/** A Hall elsewhere may be newer than this program. */
function isKnown(code: string): code is DenyCode {
  return Object.hasOwn(DENY_CODES, code);
}

/** Why a request is denied: what its code means, and what the decision itself adds, such as the reason of a freeze. */
export function whyDenied(decision: RouteDecision): string | null {
  const [message, remedy] = [decision.deny_reason_if_denied?.message, remedyOf(decision)];
  if (message === undefined || remedy === null) return meaningOf(decision);
  return escaped(message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message);
}

function dispatchRows(decision: RouteDecision): Row[] {
  const { matched_rule_id, worker_id, selected_worker_species_id, blast_score } = decision;
  const why = `Rule "${matched_rule_id}" is the first that matches, and this worker meets all of its requirements.`;
  return [
    ['why', why],
    ['worker', `${worker_id} (${selected_worker_species_id})`],
    ['blast', `${blast_score}, the limit is ${blastLimit(decision)}`],
    ['attested', attestedText(decision)],
    [
      'supervision',
      decision.supervisor_required
        ? `a human is informed or has approved (${decision.supervisor_level})`
        : null,
    ],
  ];
}

/** The limit that the blast score of a dispatch was compared with, from its event. */
export function blastLimit({ telemetry_envelopes: events }: RouteDecision): number | null {
  const scored = events.find((event) => event.event_id === 'evt.gov.blast-scored');
  return scored !== undefined && 'limit' in scored ? scored.limit : null;
}

function attestedText({ worker_attestation_valid: valid }: RouteDecision): string {
  return valid === true ? "yes: the worker's code is what was attested" : 'not required here';
}

function denyRows(decision: RouteDecision): Row[] {
  const detail = decision.deny_reason_if_denied;
  return [
    ['why', whyDenied(decision)],
    ...(detail === null ? [] : detailRows(detail)),
    ['remedy', remedyOf(decision)],
  ];
}

function detailRows(reason: DenyReason): Row[] {
  const list = (items: readonly string[] | undefined) =>
    items === undefined ? null : items.map(escaped).join(', ');
  const score =
    reason.blast_score === undefined ? null : `${reason.blast_score}, the limit is ${reason.limit}`;
  return [
    ['missing', list(reason.missing)],
    ['violations', list(reason.violations)],
    ['dead rules', list(reason.dead_rules)],
    ['blast', score],
    ...(reason['x.budgets'] ?? []).map((each): Row => ['budget', shortageText(each)]),
    ['tenant', reason.tenant_id == null ? null : escaped(reason.tenant_id)],
    ['expected', reason.expected === undefined ? null : escaped(reason.expected)],
    ['policy gate', reason.reason === undefined ? null : escaped(reason.reason)],
    ['species', reason.worker_species_id ?? null],
  ];
}

function shortageText(short: BudgetShortage): string {
  const { budget_id, unit, limit, remaining, needed, resets_in_seconds } = short;
  return `${budget_id}: ${remaining} of ${limit} ${unit} left, this needs ${needed}; resets in ${resets_in_seconds} s`;
}

const HOLDS = {
  BLAST_RADIUS_EXCEEDED: 'The blast score is above the limit',
  POLICY_GATE: 'The policy gate asks for a human',
  RULE: 'The rule asks for a human',
} as const;

function holdRows({ escalation_context: context, approval_expires_at }: RouteDecision): Row[] {
  const reasons = (context?.reasons ?? []).map(({ reason, level }) => `${wordFor(HOLDS, reason)} (${level})`);
  return [
    ['why', `${reasons.join('; ')}.`],
    ['candidate', context === null ? null : `${context.worker_id} (${context.worker_species_id})`],
    ['blast', context === null ? null : String(context.blast_score)],
    ['expires', approval_expires_at],
    [
      'remedy',
      'A steward other than the tenant must resolve this hold at its Hall: approving it carries the request out. Do not send it again.',
    ],
  ];
}

/** What stands in the place of a rule where none took the request. */
const NO_RULE = new Set<string>(['PRE_ROUTING', 'NO_MATCH']);

function commonRows(decision: RouteDecision): Row[] {
  const { matched_rule_id, candidate_workers_ranked: candidates, controls_applied: controls } = decision;
  const skipped = candidates.filter(({ skip_reason }) => skip_reason !== null);
  return [
    ['rule', NO_RULE.has(matched_rule_id) ? null : matched_rule_id],
    ['skipped', skipped.length === 0 ? null : skipped.map(skippedText).join(', ')],
    ['controls', controls.length === 0 ? null : controls.join(', ')],
    ['policy', escaped(decision.policy_version)],
    ['decision', decision.decision_id],
  ];
}

function skippedText(candidate: RouteDecision['candidate_workers_ranked'][number]): string {
  return `${candidate.worker_species_id} (${candidate.skip_reason})`;
}

/** The findings about the request, each at its place in the file. */
function findingLines({ deny_reason_if_denied: reason }: RouteDecision, input: JsonDocument): string {
  return (reason?.findings ?? [])
    .map(({ path, code, message }) => {
      const place = input.placeOf(path, code);
      return `  ${placeText({ file: input.file, place, path })}${code}: ${message}\n`;
    })
    .join('');
}
