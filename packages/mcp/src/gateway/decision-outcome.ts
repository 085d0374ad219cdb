import { DELIVERY_CODES, type DeliveryCode } from '@wcp/hall';
import { DENY_CODES, type DenyCode, type RouteDecision, type WorkerResult } from '@wcp/spec';
import type { CallOutcome } from '../base/gateway.ts';
import { ownMember } from '../base/members.ts';
import { shownText } from '../base/shown-text.ts';
import { type Refusal, refused } from '../hold/refusal.ts';

/** What a dispatch gave, as far as an outcome depends on it. */
export interface DispatchEnd {
  readonly decision: RouteDecision;
  readonly result: WorkerResult | null;
  readonly delivery_code: string | null;
}

/** How a refusal is told: as a result of the tool, or as an error of the protocol for what is not a tool. */
export type RefusalForm = (refusal: Refusal) => CallOutcome;

/** A refusal of a request that is not a call of a tool: its result has no place for one. */
export function refusedRequest(refusal: Refusal): CallOutcome {
  const { code, message, remedy } = refusal;
  return { kind: 'error', code: REFUSED, message: `${code}: ${message} ${remedy}`, data: refusal };
}

/** Of the range that is left to implementations. */
const REFUSED = -32_001;
const MAX_FINDINGS = 5;

/** The outcome of a denial: its code, a plain sentence and what to do about it. */
export function deniedOutcome(decision: RouteDecision, form: RefusalForm = refused): CallOutcome {
  const code: string = decision.deny_code ?? 'DENY_HALL_MISCONFIGURED';
  const { meaning, remedy } = Object.hasOwn(DENY_CODES, code)
    ? DENY_CODES[code as DenyCode]
    : ofNewerHall(decision);
  return form({
    code: shownText(code, 64),
    message: `${meaning}${findingsOf(decision)} Nothing ran.`,
    remedy: `${remedy}${idOf(decision)}`,
  });
}

/** What a Hall elsewhere says of a code that this version does not know. */
function ofNewerHall({ deny_reason_if_denied }: RouteDecision): { meaning: string; remedy: string } {
  const said = ownMember(deny_reason_if_denied, 'message');
  return {
    meaning: typeof said === 'string' ? shownText(said, 500) : 'The Hall denied this.',
    remedy: `This gateway does not know the code. ${UPDATE}`,
  };
}

const UPDATE =
  'Ask whoever runs the Hall what it means, or update the gateway: npm install --global @wcp/cli@latest.';

/** The outcome where the Hall decided something that this version does not know: it is never taken for a dispatch. */
export function unknownDecision(decision: RouteDecision, form: RefusalForm): CallOutcome {
  const outcome = shownText(ownMember(decision, 'outcome') ?? null, 64);
  return form({
    code: 'DECISION_UNKNOWN',
    message: `The Hall answered with a decision that this gateway does not know (${outcome}). Nobody knows whether the tool ran.`,
    remedy: `Find out what has changed before you call it again. ${UPDATE}${idOf(decision)}`,
  });
}

/** The paths and messages of findings are the Hall's own words; a path repeats names of the caller. */
function findingsOf({ deny_reason_if_denied }: RouteDecision): string {
  const findings = ownMember(deny_reason_if_denied, 'findings');
  if (!Array.isArray(findings) || findings.length === 0) return '';
  const told = findings
    .slice(0, MAX_FINDINGS)
    .map(
      (each) => `${shownText(ownMember(each, 'path'), 120)}: ${shownText(ownMember(each, 'message'), 200)}`,
    );
  return ` ${told.join(' ')}`;
}

function idOf({ decision_id }: RouteDecision): string {
  return decision_id === undefined ? '' : ` (decision ${shownText(decision_id, 64)})`;
}

/** The outcome of what ran: the raw result, or why there is none and whether it ran. */
export function executedOutcome(
  end: Omit<DispatchEnd, 'decision'>,
  form: RefusalForm = refused,
): CallOutcome {
  const { result, delivery_code } = end;
  if (result === null) return undelivered(delivery_code, form);
  if (result.status === 'ok' || result.status === 'partial') return { kind: 'result', result: result.result };
  return protocolError(result) ?? workerRefusal(result, form);
}

/** An error of the server itself passes as what it is; null for any other. */
function protocolError({ deny_reason }: WorkerResult): CallOutcome | null {
  const error = ownMember(deny_reason, 'mcp');
  const [code, message, data] = ['code', 'message', 'data'].map((name) => ownMember(error, name));
  if (!Number.isSafeInteger(code) || typeof message !== 'string') return null;
  return { kind: 'error', code: code as number, message, ...(data !== undefined && { data }) };
}

/** The outcome of a call without a result: whether it ran, as far as anybody knows. */
export function undelivered(code: string | null, form: RefusalForm): CallOutcome {
  const known =
    code !== null && Object.hasOwn(DELIVERY_CODES, code) ? DELIVERY_CODES[code as DeliveryCode] : null;
  return form({
    code: code === null ? 'DELIVERY_UNKNOWN' : shownText(code, 64),
    message: known?.message ?? 'There is no result, and nobody knows whether the tool ran.',
    remedy:
      known?.started === false
        ? 'Try again later; if that does not help, ask the operator.'
        : 'Find out what has changed before you call it again: nothing is repeated by itself.',
  });
}

/** What the server said is an attacker's text, for the model to read as data. */
function workerRefusal({ deny_reason }: WorkerResult, form: RefusalForm): CallOutcome {
  return form({
    code: shownText(deny_reason?.code ?? 'WORKER_ERROR', 64),
    message: `The server answered with an error: ${shownText(deny_reason?.message ?? 'no reason given', 500)}`,
    remedy: 'Correct the call as the error says, or ask the operator.',
  });
}
