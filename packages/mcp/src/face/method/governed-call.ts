import type { CallOutcome, GatewayCall, HeldOutcome } from '../../base/gateway.ts';
import { RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { type Members, membersOf } from '../../base/members.ts';
import { isTask } from '../../base/tasks-extension.ts';
import type { CallIdentity } from '../../hold/held-calls.ts';
import { refusalOf } from '../../hold/refusal.ts';
import { argumentsDigest } from '../../hold/request-state.ts';
import { canOpenPages, type HoldClient, settleHold } from '../../hold/settle-hold.ts';
import type { EndedOutcome } from '../../hold/wait-for-steward.ts';
import type { Exchange } from '../exchange.ts';
import type { FaceParts } from '../face-parts.ts';
import { hasUrlElicitation } from '../revisions.ts';
import { checkInputRequests, passedRequests } from './passed-requests.ts';
import { type ProgressRelay, progressRelay } from './progress-relay.ts';
import { createdTask, takesTasks, taskAlone } from './task-methods.ts';

/** A request that the Hall decides. */
export interface GovernedCall {
  /** The name of the tool, or the method. */
  readonly subject: string;
  /** How a refusal reaches the client: as the result of a tool, or else as an error. */
  readonly isTool: boolean;
  /** Whether the client can be asked to call again (2026-07-28). */
  readonly mayAskAgain: boolean;
  /** What the approval of a held call is bound to. */
  readonly arguments: unknown;
  /** The parameters as received. */
  readonly params: Members;
  run(call: GatewayCall): Promise<CallOutcome>;
}

/**
 * Runs a request that the Hall decides, and settles it where it is held; the raw result.
 *
 * @throws {RpcError} where the gateway answers with an error of the protocol
 */
export async function governedCall(
  parts: FaceParts,
  call: GovernedCall,
  exchange: Exchange,
): Promise<unknown> {
  checkDigest(call.arguments);
  const relay = progressRelay(call.params, exchange);
  try {
    const result = ownTask(await settled(parts, call, exchange, relay), call, exchange);
    if (exchange.isModern) checkInputRequests(result, exchange);
    const refusal = call.isTool ? undefined : refusalOf(result);
    if (refusal === undefined) return result;
    throw new RpcError(RPC_CODES.refused, `${refusal.code}: ${refusal.message} ${refusal.remedy}`, refusal);
  } finally {
    relay.end();
  }
}

/**
 * A result in whose place a task came is a task alone.
 *
 * @throws {RpcError} for a client that takes none
 */
function ownTask(result: unknown, { isTool }: GovernedCall, exchange: Exchange): unknown {
  if (!isTask(result)) return result;
  if (isTool && takesTasks(exchange)) return taskAlone(membersOf(result));
  throw new RpcError(RPC_CODES.internal, 'The server answered with a task, which this client does not take.');
}

async function settled(
  parts: FaceParts,
  call: GovernedCall,
  exchange: Exchange,
  relay: ProgressRelay,
): Promise<unknown> {
  const identity = { caller: exchange.caller, subject: call.subject, arguments: call.arguments };
  const given = readRequestState(call.params, exchange);
  const kept = given === null ? parts.heldCalls.take(identity) : null;
  const state = given ?? kept?.request_state ?? null;
  const run = (request_state: string | null) => call.run(gatewayCall(call, exchange, relay, request_state));
  const hold = keptHold(parts, identity, exchange.signal, kept);
  try {
    const outcome = await run(state);
    if (outcome.kind !== 'held') return hold.end(outcome);
    const { task_id } = outcome;
    if (call.isTool && task_id !== undefined && takesTasks(exchange)) {
      hold.drop();
      return await createdTask(parts, task_id, exchange);
    }
    const client = holdClient(call, exchange, relay, given !== null);
    if (client.elicitation !== 'retry') hold.keep(outcome);
    const settling = await settleHold(outcome, () => run(outcome.request_state), client, parts.holds);
    return settling.kind === 'ended' ? hold.end(settling.outcome) : settling.result;
  } finally {
    hold.leave();
  }
}

/**
 * Keeps a hold for the next call of a client that cannot bring its state back. While a call is open, its hold is out of
 * reach, so that two calls at a time never share one; it is back in the very moment in which its client cancels.
 */
function keptHold(
  { heldCalls }: FaceParts,
  identity: CallIdentity,
  signal: AbortSignal,
  kept: HeldOutcome | null,
) {
  let held = kept;
  const leave = () => {
    signal.removeEventListener('abort', leave);
    if (held !== null) heldCalls.put(identity, held);
    held = null;
  };
  signal.addEventListener('abort', leave, { once: true });
  return {
    keep(outcome: HeldOutcome) {
      held = outcome;
    },
    /** The client follows the call in another way. */
    drop() {
      held = null;
    },
    /** The raw result of an outcome. A client that is gone by now reads it when it calls again. */
    end(outcome: EndedOutcome): unknown {
      if (!signal.aborted) held = null;
      return resultOf(outcome);
    },
    leave,
  };
}

function gatewayCall(
  { params, isTool }: GovernedCall,
  exchange: Exchange,
  { onProgress, onLog }: ProgressRelay,
  request_state: string | null,
): GatewayCall {
  const { inputResponses } = params;
  const { signal, isModern, capabilities, log_level } = exchange;
  const ask = passedRequests(exchange);
  return {
    signal,
    onProgress,
    onLog,
    capabilities,
    log_level,
    ...(ask !== undefined && { ask }),
    ...(isTool && takesTasks(exchange) && { takes_tasks: true }),
    ...(request_state !== null && { request_state }),
    ...(isModern && inputResponses !== undefined && { input_responses: inputResponses }),
  };
}

function holdClient(
  { params, mayAskAgain }: GovernedCall,
  exchange: Exchange,
  { onWaiting }: ProgressRelay,
  isRetry: boolean,
): HoldClient {
  const { signal, ask, notify } = exchange;
  return {
    elicitation: exchange.isModern && !mayAskAgain ? 'none' : elicitationOf(exchange),
    isRetry,
    input_responses: params['inputResponses'],
    signal,
    notify,
    onWaiting,
    ...(ask !== undefined && { ask }),
  };
}

function elicitationOf({ isModern, revision, capabilities }: Exchange): HoldClient['elicitation'] {
  if (!canOpenPages(capabilities)) return 'none';
  if (isModern) return 'retry';
  return hasUrlElicitation(revision) ? 'request' : 'none';
}

/** @throws {RpcError} for a request state that is not text */
function readRequestState({ requestState }: Members, { isModern }: Exchange): string | null {
  if (!isModern || requestState === undefined) return null;
  if (typeof requestState === 'string') return requestState;
  throw new RpcError(RPC_CODES.invalidParams, 'requestState must be the text that the result had.');
}

function resultOf(outcome: EndedOutcome): unknown {
  if (outcome.kind === 'result') return outcome.result;
  throw new RpcError(outcome.code, outcome.message, outcome.data);
}

/** @throws {RpcError} for arguments that no approval could be bound to */
function checkDigest(value: unknown): void {
  try {
    argumentsDigest(value);
  } catch {
    throw new RpcError(
      RPC_CODES.invalidParams,
      'The arguments have no canonical JSON, such as a lone surrogate.',
    );
  }
}
