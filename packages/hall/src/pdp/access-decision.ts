import type { RouteDecision } from '@wcp/spec';
import { DENY_CODES } from '@wcp/spec';
import type { AccessDecision } from '@wcp/spec/hall';
import { type ProblemError, statusOf } from '../base/problem.ts';

/** The answer to an evaluation that was decided: true only where the Hall would dispatch. */
export function accessDecision(decision: RouteDecision): AccessDecision {
  const { decision_id, outcome, deny_code, policy_version, correlation_id } = decision;
  return {
    decision: outcome === 'DISPATCH' && !decision.dry_run,
    context: {
      ...(decision_id !== null && { id: decision_id }),
      outcome,
      deny_code,
      policy_version,
      correlation_id,
      ...reasonsOf(decision),
    },
  };
}

/** The answer to an evaluation about which nothing was decided. */
export function undecided({ code, message }: ProblemError): AccessDecision {
  return { decision: false, context: { error: { status: statusOf(code), code, message } } };
}

type Reasons = Pick<AccessDecision['context'], 'reason_admin' | 'reason_user' | 'approval'>;

function reasonsOf(decision: RouteDecision): Reasons {
  if (decision.outcome === 'DENY') return reasonsOfDenial(decision);
  return decision.outcome === 'STEWARD_HOLD' ? reasonsOfHold(decision) : {};
}

function reasonsOfDenial(decision: RouteDecision & { readonly outcome: 'DENY' }): Reasons {
  const { meaning, remedy } = DENY_CODES[decision.deny_code];
  const { message, findings = [] } = decision.deny_reason_if_denied;
  const found = findings.map(({ path, message: what }) => ` ${path === '' ? '/' : path}: ${what}`);
  const unmapped = findings.some(({ path }) => path === '/capability_id') ? ` ${UNMAPPED}` : '';
  return {
    reason_admin: { en: `${message}${found.join('')} ${remedy}${unmapped}` },
    reason_user: { en: meaning },
  };
}

const UNMAPPED =
  'What is asked for is no capability by itself: add {"type": …, "id": …, "action": …, "capability_id": …} to authzen.capabilities in server.json.';

function reasonsOfHold({
  pending_approval_id,
  supervisor_level,
}: RouteDecision & { readonly outcome: 'STEWARD_HOLD' }): Reasons {
  if (pending_approval_id === null) return { reason_user: { en: HELD } };
  return {
    reason_admin: {
      en: `A steward decides: \`wcp approvals approve ${pending_approval_id}\`. The answer to an evaluation never changes; ask for the approval.`,
    },
    reason_user: { en: HELD },
    approval: { approval_id: pending_approval_id, supervisor_level },
  };
}

const HELD = 'A person must approve this first.';
