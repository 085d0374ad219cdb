import type { Receipt } from '@wcp/spec';
import type { Colours } from '../../base/terminal.ts';
import { count, escaped } from '../../print/layout.ts';
import type { AuditFinding } from '../../replay/audit.ts';
import type { Flip, FlipKind, Verdict } from '../../replay/flip.ts';
import type { ReplaySummary } from '../../replay/replay.ts';

/** The name of each kind. */
const KINDS: Readonly<Record<FlipKind | AuditFinding['code'], string>> = {
  allow_to_deny: 'allow to deny',
  allow_to_hold: 'allow to hold',
  deny_to_allow: 'deny to allow',
  deny_to_hold: 'deny to hold',
  hold_to_allow: 'hold to allow',
  hold_to_deny: 'hold to deny',
  other_worker: 'other worker',
  other_level: 'other level',
  NOT_REPRODUCED: 'NOT_REPRODUCED',
  RECORD_CHANGED: 'RECORD_CHANGED',
  FACTS_CHANGED: 'FACTS_CHANGED',
  RECEIPT_MISSING: 'RECEIPT_MISSING',
  EVENTS_CHANGED: 'EVENTS_CHANGED',
  DECISION_MISSING: 'DECISION_MISSING',
  WORLD_MISSING: 'WORLD_MISSING',
  WORLD_CHANGED: 'WORLD_CHANGED',
};

/** A reviewer looks first at what allows more than before. */
const LOOSER = new Set<string>(['deny_to_allow', 'deny_to_hold', 'hold_to_allow']);

/** One decision that came out differently, on two lines. */
export function foundText(found: Flip | AuditFinding, { red, yellow, dim }: Colours): string {
  const kind = 'kind' in found ? found.kind : found.code;
  const paint = 'kind' in found && !LOOSER.has(kind) ? yellow : red;
  const { decision_id, tenant_id, capability_id, before, after } = found;
  const about = [decision_id, tenant_id, capability_id].map((text) => escaped(text ?? '-')).join('  ');
  const change = `${before === null ? 'not recorded' : verdictText(before)} -> ${after === null ? 'not decided' : verdictText(after)}`;
  const meaning = 'message' in found ? `  ${dim(found.message)}\n` : '';
  return `${paint(KINDS[kind].padEnd(15))} ${about}\n  ${change}\n${meaning}`;
}

/** One decision that cannot be made again, because its request was forgotten. */
export function notHeldText({ decision_id, stream, capability_id }: Receipt, { dim }: Colours): string {
  const about = [decision_id, stream, capability_id].map((text) => escaped(text ?? '-')).join('  ');
  return `${'NOT_HELD'.padEnd(15)} ${about}\n  ${dim('The request is no longer held, as a receipt of kind erasure says.')}\n`;
}

function verdictText(verdict: Verdict): string {
  const { outcome, deny_code, worker_id, supervisor_level, matched_rule_id } = verdict;
  const detail = [deny_code, worker_id, supervisor_level].filter((text) => text !== null).map(escaped);
  return `${[outcome, ...detail].join(' ')} (${escaped(matched_rule_id)})`;
}

/** The result of a replay, in a line or two. */
export function replayText(summary: ReplaySummary, { green, red }: Colours): string {
  const { decisions, flips, by_kind, other_denials, not_held, is_audit } = summary;
  const total = `${count(decisions, 'decision')} replayed`;
  const kinds = Object.entries(by_kind).map(([kind, number]) => `${number} ${KINDS[kind as FlipKind]}`);
  const unchanged = is_audit ? 'each comes out exactly as its receipt says' : 'no decision changes';
  const verdict =
    flips === 0
      ? green(unchanged)
      : red(`${flips} ${flips === 1 ? 'changes' : 'change'} (${kinds.join(', ')})`);
  const others =
    other_denials === 0 ? '' : `${count(other_denials, 'request')} still denied, but for another reason.\n`;
  const forgotten =
    not_held === 0 ? '' : `${count(not_held, 'request')} no longer held: not decided again.\n`;
  const advice = is_audit
    ? 'This does not check the receipts themselves: `wcp receipts verify` checks both.\n'
    : '';
  return `${total}: ${verdict}.\n${others}${forgotten}${advice}`;
}
