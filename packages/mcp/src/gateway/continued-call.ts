import type { CallOutcome, GatewayCall } from '../base/gateway.ts';
import { RPC_CODES } from '../base/json-rpc.ts';
import { isObject, type Members, ownMember } from '../base/members.ts';
import type { PassedStates } from '../hold/passed-state.ts';
import type { RequestStateFault } from '../hold/request-state.ts';

/** What a call goes on with: the answers of its client, and the state of its server. */
export interface Continuation {
  readonly input_responses?: unknown;
  readonly request_state?: string;
}

/** The call that a continuation belongs to. */
type BoundCall = Parameters<PassedStates['seal']>[1];

/** What a client's call goes on with; an outcome where its state does not count. */
export function continuationOf(
  { request_state, input_responses }: Pick<GatewayCall, 'request_state' | 'input_responses'>,
  states: PassedStates,
  bound: BoundCall,
):
  | { readonly ok: true; readonly given: Continuation }
  | { readonly ok: false; readonly outcome: CallOutcome } {
  const given = input_responses === undefined ? {} : { input_responses };
  if (request_state === undefined) return { ok: true, given };
  const reading = states.open(request_state, bound);
  if (!reading.ok) return { ok: false, outcome: invalidState(reading.fault) };
  return { ok: true, given: { ...given, request_state: reading.state } };
}

/** The result in which a server asks its client for something; null for any other outcome. */
export function inputRequired(outcome: CallOutcome): Members | null {
  if (outcome.kind !== 'result' || !isObject(outcome.result)) return null;
  return ownMember(outcome.result, 'resultType') === 'input_required' ? outcome.result : null;
}

/** The result for a client that calls again: with the state of the server under the gateway's own seal. */
export function sealedResult(result: Members, states: PassedStates, bound: BoundCall): CallOutcome {
  const { requestState } = result;
  if (typeof requestState !== 'string') return { kind: 'result', result };
  const sealed = states.seal(requestState, bound);
  if (sealed === null) return { kind: 'error', code: RPC_CODES.internal, message: TOO_LONG };
  return { kind: 'result', result: { ...result, requestState: sealed } };
}

const TOO_LONG = 'The server gave a state that is too long to be passed on.';

/** As a server would answer: the call was malformed, and nothing ran. */
function invalidState(fault: RequestStateFault): CallOutcome {
  const message =
    fault === 'expired'
      ? 'The request state has expired; nothing ran. Call again without it.'
      : 'The request state is not one that was given for this call; nothing ran. Call again without it.';
  return { kind: 'error', code: RPC_CODES.invalidParams, message };
}
