import { draftDecision } from '@wcp/evidence/receipt';
import { decisionDigest, type Receipt, type RouteDecision, sha256 } from '@wcp/spec';
import { VOLATILE_MEMBERS } from '@wcp/spec/document';
import { readCanonical } from '@wcp/spec/json';
import { type Verdict, verdictOf } from './flip.ts';
import type { ReplayRecord } from './record-source.ts';

/** What each code means. */
const MEANINGS = {
  NOT_REPRODUCED: 'Decided again from the record, it comes out differently.',
  RECORD_CHANGED: 'The recorded request or decision is not the one that was signed in the receipt.',
  FACTS_CHANGED: 'The recorded facts are not those that were signed in the receipt.',
  EVENTS_CHANGED: 'The recorded events are not those that the decision has when it is made again.',
  RECEIPT_MISSING: 'There is no receipt of this decision at its position in the log.',
  DECISION_MISSING: 'There is a receipt of this decision, but the decision itself is missing.',
  WORLD_MISSING: 'The world in which it was decided is missing, so it cannot be decided again.',
  WORLD_CHANGED: 'The world in which it was decided does not have the digest in its receipt: it was changed.',
} as const;

/** A finding about a recorded decision. */
export interface AuditFinding {
  readonly code: keyof typeof MEANINGS;
  readonly message: string;
  readonly decision_id: string | null;
  readonly tenant_id: string | null;
  readonly capability_id: string | null;
  /** Null if the decision is missing. */
  readonly before: Verdict | null;
  /** How it comes out now; null if it could not be decided. */
  readonly after: Verdict | null;
}

/** Compares a recorded decision with the same decision made again; null if nothing is wrong. */
export function auditOf(record: ReplayRecord, again: RouteDecision): AuditFinding | null {
  const code = codeOf(record, again);
  return code === null ? null : auditFinding(code, record, again);
}

function codeOf(
  { input, decision, facts, receipt }: ReplayRecord,
  again: RouteDecision,
): AuditFinding['code'] | null {
  if (receipt === undefined) return 'RECEIPT_MISSING';
  if (!isDecisionOf(receipt, decision)) return 'RECORD_CHANGED';
  if (!isMadeFrom(receipt, facts)) return 'FACTS_CHANGED';
  if (again.world_digest !== decision.world_digest) return 'WORLD_CHANGED';
  const { decision_digest } = receipt;
  // Without canonical JSON an input was denied as such and has no digest.
  if (decision_digest === null || isNotShown(input, decision)) return null;
  if (digestOf(input, decision) !== decision_digest) return 'RECORD_CHANGED';
  if (digestOf(input, again) !== decision_digest) return 'NOT_REPRODUCED';
  const changed = VOLATILE_MEMBERS.find((name) => textOf(decision[name]) !== textOf(again[name]));
  if (changed === undefined) return null;
  return changed === 'telemetry_envelopes' ? 'EVENTS_CHANGED' : 'RECORD_CHANGED';
}

/** Whether a Hall left out an input that is nested too deeply for any reader; it was denied for that. */
function isNotShown(input: unknown, { deny_code, deny_reason_if_denied }: RouteDecision): boolean {
  if (input !== null || deny_code !== 'DENY_INVALID_INPUT') return false;
  const { findings } = Object(deny_reason_if_denied) as { readonly findings?: unknown };
  return Array.isArray(findings) && findings.some((each) => Object(each).code === 'TOO_DEEP');
}

/** Whether a receipt says of a decision what the decision says itself (section 8, WCP-8-11). */
function isDecisionOf(receipt: Receipt, decision: RouteDecision): boolean {
  const said = receipt as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(draftDecision(decision)).every(
    ([name, value]) => textOf(said[name]) === textOf(value),
  );
}

/** Whether the facts are those of the receipt; one without their digest says nothing about them (section 8, WCP-8-163). */
function isMadeFrom({ facts_digest }: Receipt, facts: object): boolean {
  if (facts_digest === undefined) return true;
  const text = textOf(facts);
  return facts_digest === (text === null ? null : sha256(text));
}

/** Makes a finding about a recorded decision. */
export function auditFinding(
  code: AuditFinding['code'],
  { decision }: Pick<ReplayRecord, 'decision'>,
  again: RouteDecision | null,
): AuditFinding {
  const { decision_id, tenant_id, capability_id } = decision;
  const after = again === null ? null : verdictOf(again);
  const message = MEANINGS[code];
  return { code, message, decision_id, tenant_id, capability_id, before: verdictOf(decision), after };
}

/** Makes a finding about a receipt whose decision is not among the records. */
export function missingFinding({ decision_id, stream, capability_id }: Receipt): AuditFinding {
  const about = { decision_id, tenant_id: stream, capability_id };
  return {
    code: 'DECISION_MISSING',
    message: MEANINGS.DECISION_MISSING,
    ...about,
    before: null,
    after: null,
  };
}

/** Null for anything without canonical JSON: an attacker's record may hold it. */
function textOf(value: unknown): string | null {
  const { text, findings } = readCanonical(value);
  return findings.length === 0 ? text : null;
}

function digestOf(input: unknown, decision: RouteDecision): string | null {
  try {
    return decisionDigest(input, decision);
  } catch {
    return null;
  }
}
