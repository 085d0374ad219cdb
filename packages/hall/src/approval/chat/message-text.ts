import { type Approval, isWithdrawn } from '../approval.ts';
import type { Demanded } from '../demand/approval-demand.ts';
import { approvalsOf } from '../demand/quorum.ts';

/** What a message says of a hold, as plain text: its title, and its facts by name. */
export interface MessageText {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Whether the buttons belong to it, and which. */
  readonly buttons: readonly ('approve' | 'deny')[];
  /** What else whoever reads it must know. */
  readonly note: string | null;
}

/** What the link to an approval and what it needs come from. */
export interface MessageContext {
  /** The address of the page of an approval. */
  pageOf(approvalId: string): string;
  demanded(approval: Approval): Demanded;
}

const MAX_VALUE = 300;
const MAX_REASONS = 5;
/** Characters that would deceive the reader (section 3.6): controls, those that set the direction, those without width. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Variation_Selector}/gu;

/** A text that somebody else chose, so that it is on one line, shows all of its characters, and is not long. */
function shownText(text: string, max = MAX_VALUE): string {
  const shown = [...text]
    .slice(0, max + 1)
    .join('')
    .replace(HIDDEN, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
  const characters = [...shown];
  return characters.length <= max ? shown : `${characters.slice(0, max - 1).join('')}…`;
}

const TITLES: Readonly<Record<Approval['state'], string>> = {
  pending: 'A request waits for a steward',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired: counts as denied',
  stale: 'Approved, but denied when it was decided again',
  advised: 'A request went on that a human should know of',
};

/** What a message says of a hold: never the request itself, which may hold what does not belong in a chat. */
export function messageText(approval: Approval, demanded: Demanded): MessageText {
  const isPending = approval.state === 'pending';
  const isOneClick = approval.level === 'gatekeeper' && demanded.confirmation === null;
  return {
    title: isWithdrawn(approval) ? 'Withdrawn: whoever asked needs it no more' : TITLES[approval.state],
    facts: factsOf(approval, demanded).map(([name, value]) => [name, shownText(value)]),
    buttons: !isPending ? [] : isOneClick ? ['approve', 'deny'] : ['deny'],
    note: !isPending || isOneClick ? null : noteOf(approval, demanded),
  };
}

function factsOf(approval: Approval, { quorum }: Demanded): (readonly [string, string])[] {
  const { tenant_id, capability_id, level, correlation_id, expires_at, decision, history, state } = approval;
  const reasons = (decision.escalation_context?.reasons ?? []).slice(0, MAX_REASONS);
  const last = history.at(-1);
  return [
    ['Asked by', tenant_id],
    ['Capability', capability_id],
    ['Environment', String(decision.env)],
    ['Data', String(decision.data_label)],
    ['Blast score', String(decision.blast_score)],
    ['Why', reasons.map(({ reason }) => reason).join(', ') || '-'],
    ['Supervisor level', level],
    ['Correlation', correlation_id],
    ...(quorum > 1 ? [['Approvals', `${approvalsOf(approval).length} of ${quorum}`] as const] : []),
    ...(state === 'pending' ? [['Expires at', expires_at] as const] : []),
    ...(last === undefined ? [] : [['Last', `${last.action} by ${last.by}`] as const]),
  ];
}

function noteOf({ level }: Approval, { confirmation }: Demanded): string {
  return level === 'gatekeeper' && confirmation !== null
    ? 'Its approval must be confirmed with a passkey, on the page of the Hall.'
    : 'At this supervisor level a human does the work and submits its result: not in a chat.';
}
