import type { Colours } from '../../base/terminal.ts';
import { count, escaped } from '../../print/layout.ts';
import type { AuditFinding } from '../../replay/audit.ts';
import type { Flip, FlipKind, Verdict } from '../../replay/flip.ts';
import type { ReplaySummary } from '../../replay/replay.ts';

/** What each kind is called. */
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
  RECEIPT_MISSING: 'RECEIPT_MISSING',
  WORLD_MISSING: 'WORLD_MISSING',
};

/** What allows more than before is what a reviewer looks at first. */
const LOOSER = new Set<string>(['deny_to_allow', 'deny_to_hold', 'hold_to_allow']);

/** One decision that came out otherwise, on two lines. */
export function foundText(found: Flip | AuditFinding, { red, yellow, dim }: Colours): string {
  const kind = 'kind' in found ? found.kind : found.code;
  const paint = 'kind' in found && !LOOSER.has(kind) ? yellow : red;
  const { decision_id, tenant_id, capability_id, before, after } = found;
  const about = [decision_id, tenant_id, capability_id].map((text) => escaped(text ?? '-')).join('  ');
  const change = `${verdictText(before)} -> ${after === null ? 'not decided' : verdictText(after)}`;
  const meaning = 'message' in found ? `  ${dim(found.message)}\n` : '';
  return `${paint(KINDS[kind].padEnd(15))} ${about}\n  ${change}\n${meaning}`;
}

function verdictText(verdict: Verdict): string {
  const { outcome, deny_code, worker_id, supervisor_level, matched_rule_id } = verdict;
  const detail = [deny_code, worker_id, supervisor_level].filter((text) => text !== null).map(escaped);
  return `${[outcome, ...detail].join(' ')} (${escaped(matched_rule_id)})`;
}

/** What a replay comes to, in a line or two. */
export function replayText(summary: ReplaySummary, { green, red }: Colours): string {
  const { decisions, flips, by_kind, other_denials, is_audit } = summary;
  const again = `${count(decisions, 'decision')} made again`;
  const kinds = Object.entries(by_kind).map(([kind, number]) => `${number} ${KINDS[kind as FlipKind]}`);
  const fine = is_audit
    ? 'each comes out as its receipt says, to the last member'
    : 'none comes out otherwise';
  const verdict = flips === 0 ? green(fine) : red(`${flips} otherwise (${kinds.join(', ')})`);
  const others =
    other_denials === 0 ? '' : `${count(other_denials, 'request')} denied as before, for another reason.\n`;
  const advice = is_audit ? 'Whether the receipts are sound is for `wcp receipts verify` to say.\n' : '';
  return `${again}: ${verdict}.\n${others}${advice}`;
}
