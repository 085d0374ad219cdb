import { type RouteDecision, sha256 } from '@wcp/spec';
import { addSeconds, digestText } from '@wcp/spec/document';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { ScoredEvaluation } from '../evaluation/evaluation.ts';

/** Writes down the decision of an evaluation as it is so far. */
export type Draft = (current: ScoredEvaluation) => RouteDecision;

/**
 * Step 15: the approval that came with the facts, if one did, fits this very decision.
 *
 * @param draft makes the hold that the approval must name by its digest
 * @throws {WcpError} where the hold would expire past the year 9999: it could never end
 */
export function checkApproval(current: ScoredEvaluation, draft: Draft): Denial | null {
  const { facts, input, level } = current;
  if (facts.approval === null) {
    // Only a hold that gets an expiry is judged by it.
    current.expires_at = expiryOf(current);
    return null;
  }
  const fits =
    level === 'gatekeeper' &&
    facts.approval.level !== 'advisory' &&
    facts.approval.resolver !== input.tenant_id &&
    facts.approval.decision_digest === sha256(digestText(input.canonical(), draft(current)));
  if (!fits) return deny('DENY_APPROVAL_STALE');
  current.approved = true;
  return null;
}

/** When the hold expires that the steps have come to; null without one, and in a dry run. */
function expiryOf({ engine, facts, input, level }: ScoredEvaluation): string | null {
  if (level === null || level === 'advisory' || input.dry_run) return null;
  return addSeconds(facts.now, engine.settings.ttl_seconds);
}
