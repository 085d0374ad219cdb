import { decisionDigest, type RouteDecision } from '@wcp/spec';
import { type Verdict, verdictOf } from './flip.ts';
import type { ReplayRecord } from './record-source.ts';

/** What each code means. */
const MEANINGS = {
  NOT_REPRODUCED: 'Decided again from the record, it comes out differently.',
  RECORD_CHANGED: 'The recorded request or decision is not the one that was signed in the receipt.',
  RECEIPT_MISSING: 'There is no receipt of this decision at its position in the log.',
  WORLD_MISSING: 'The world in which it was decided is missing, so it cannot be decided again.',
} as const;

/** A finding about a recorded decision. */
export interface AuditFinding {
  readonly code: keyof typeof MEANINGS;
  readonly message: string;
  readonly decision_id: string | null;
  readonly tenant_id: string | null;
  readonly capability_id: string | null;
  readonly before: Verdict;
  /** How it comes out now; null if it could not be decided. */
  readonly after: Verdict | null;
}

/** Compares a recorded decision with the same decision made again; null if nothing is wrong. */
export function auditOf(record: ReplayRecord, again: RouteDecision): AuditFinding | null {
  const { input, decision, receipt_digest } = record;
  if (receipt_digest === undefined) return auditFinding('RECEIPT_MISSING', record, again);
  // An input without canonical JSON was denied as such; it has no digest and is not stored.
  if (receipt_digest === null) return null;
  if (digestOf(input, decision) !== receipt_digest) return auditFinding('RECORD_CHANGED', record, again);
  return digestOf(input, again) === receipt_digest ? null : auditFinding('NOT_REPRODUCED', record, again);
}

/** Makes a finding about a recorded decision. */
export function auditFinding(
  code: AuditFinding['code'],
  { decision }: ReplayRecord,
  again: RouteDecision | null,
): AuditFinding {
  const { decision_id, tenant_id, capability_id } = decision;
  const after = again === null ? null : verdictOf(again);
  const message = MEANINGS[code];
  return { code, message, decision_id, tenant_id, capability_id, before: verdictOf(decision), after };
}

function digestOf(input: unknown, decision: RouteDecision): string | null {
  try {
    return decisionDigest(input, decision);
  } catch {
    return null;
  }
}
