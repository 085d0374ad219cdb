import { DENY_CODES, type DenyCode, type RouteDecision, type WorkerResult } from '@wcp/spec';
import { escapeText } from '@wcp/spec/json';
import { AGENT_CODES, type CallOutcome, denied, type HeldOutcome } from '../base/call-outcome.ts';
import type { Dispatched, KnownApproval } from '../hall/hall-port.ts';

/** What this process knows of a run beside what the Hall says. */
export interface KnownRun {
  /** Whether the tool began; null where nobody knows. */
  readonly ran: boolean | null;
  /** Whether its caller aborted it. */
  readonly isAborted: boolean;
  /** What the tool threw. */
  readonly error: unknown;
}

/** The outcome of a dispatch. */
export function dispatchOutcome(answer: Dispatched, run: KnownRun, url: string | null): CallOutcome {
  const { decision } = answer;
  const {
    outcome,
    pending_approval_id,
    approval_expires_at,
    supervisor_level,
    decision_id = null,
  } = decision;
  if (outcome === 'DISPATCH') return runOutcome(answer, run, decision_id);
  // A denial of what this process has seen begin is none.
  if (outcome === 'DENY' && run.ran !== true) return { kind: 'denied', ...denialOf(decision), decision_id };
  if (
    outcome !== 'STEWARD_HOLD' ||
    typeof pending_approval_id !== 'string' ||
    typeof approval_expires_at !== 'string'
  ) {
    return unknownDecision(decision, run);
  }
  return {
    kind: 'held',
    approval_id: pending_approval_id,
    url: approvalPage(url, pending_approval_id),
    level: supervisor_level,
    expires_at: approval_expires_at,
    decision_id,
  };
}

/** What a newer Hall decided is never taken for a denial: its call may have run. */
function unknownDecision(
  { outcome, decision_id = null }: RouteDecision,
  { ran, error }: KnownRun,
): CallOutcome {
  const { message } = AGENT_CODES.DECISION_UNKNOWN;
  const named = `${message} It is: ${escapeText(String(outcome).slice(0, 64))}.`;
  return {
    kind: 'failed',
    code: 'DECISION_UNKNOWN',
    message: named,
    ran: ran === true ? true : null,
    ...(error !== undefined && { error }),
    decision_id,
  };
}

/** A Hall elsewhere may know more codes than this process: those are told in its own words. */
function denialOf({ deny_code, deny_reason_if_denied }: RouteDecision) {
  const code: string = deny_code ?? 'DENY_HALL_MISCONFIGURED';
  if (Object.hasOwn(DENY_CODES, code)) {
    const { meaning, remedy } = DENY_CODES[code as DenyCode];
    return { code, message: `${meaning} Nothing ran.`, remedy };
  }
  const said = escapeText((deny_reason_if_denied?.message ?? 'The Hall denied this.').slice(0, 500));
  const remedy =
    'Ask whoever runs the Hall what the code means, or update @wcp/agents to a version that knows it.';
  return { code: escapeText(code.slice(0, 64)), message: `${said} Nothing ran.`, remedy };
}

/** The outcome of what was held, by the state of its approval. */
export function approvalOutcome(approval: KnownApproval, run: KnownRun, url: string | null): CallOutcome {
  const { state, level, has_ended, result, delivery_code } = approval;
  const decision_id = approval.resolved_decision_id ?? approval.decision.decision_id ?? null;
  const ended = Object.hasOwn(ENDED, state) ? ENDED[state as keyof typeof ENDED] : undefined;
  if (ended !== undefined) {
    const isWithdrawn = approval.history.at(-1)?.action === 'withdraw';
    return denied(isWithdrawn ? 'CALL_WITHDRAWN' : ended, '', decision_id);
  }
  if (state !== 'approved' || !has_ended) return stillHeld(approval, url);
  // At any other level, what the Hall keeps is what a human did in the place of the tool.
  if (level !== 'gatekeeper') return { kind: 'result', result, decision_id };
  const answer = { result: result as WorkerResult | null, delivery_code, delivery_message: null };
  return runOutcome(answer, run, decision_id);
}

const ENDED = {
  denied: 'APPROVAL_DENIED',
  expired: 'APPROVAL_EXPIRED',
  stale: 'APPROVAL_STALE',
} as const;

function stillHeld(
  { approval_id, level, expires_at, decision }: KnownApproval,
  url: string | null,
): HeldOutcome {
  const page = approvalPage(url, approval_id);
  const { decision_id = null } = decision;
  return { kind: 'held', approval_id, url: page, level, expires_at, decision_id };
}

function approvalPage(url: string | null, approval_id: string): string | null {
  if (url === null) return null;
  return new URL(`approvals/${encodeURIComponent(approval_id)}`, url.endsWith('/') ? url : `${url}/`).href;
}

type RunAnswer = Pick<Dispatched, 'result' | 'delivery_code' | 'delivery_message'>;

function runOutcome(
  answer: RunAnswer,
  { ran, isAborted, error }: KnownRun,
  decision_id: string | null,
): CallOutcome {
  const { result, delivery_code, delivery_message } = answer;
  if (result?.status === 'ok' || result?.status === 'partial') {
    return { kind: 'result', result: result.result, decision_id };
  }
  const why = reasonOf(result) ?? {
    code: delivery_code ?? 'DELIVERY_UNKNOWN',
    message: delivery_message ?? 'The Hall has no result of this call.',
  };
  const { code, message } =
    isAborted && why.code === 'WORKER_CANCELLED'
      ? { code: 'CALL_ABORTED', message: AGENT_CODES.CALL_ABORTED.message }
      : why;
  return { kind: 'failed', code, message, ran, ...(error !== undefined && { error }), decision_id };
}

function reasonOf(result: WorkerResult | null) {
  if (result === null) return null;
  return result.deny_reason ?? { code: 'WORKER_FAILED', message: 'The tool failed and gave no reason.' };
}
