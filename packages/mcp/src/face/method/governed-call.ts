import type { CallOutcome, GatewayCall } from '../../base/gateway.ts';
import { RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { type Members, membersOf } from '../../base/members.ts';
import { isTask } from '../../base/tasks-extension.ts';
import { openHold } from '../../hold/open-hold.ts';
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
  const run = (request_state: string | null) => call.run(gatewayCall(call, exchange, relay, request_state));
  const hold = openHold(parts.heldCalls, identity, exchange, given === null);
  try {
    let outcome = await run(given ?? hold.request_state);
    if (given === null && hold.request_state !== null && hasExpired(outcome)) {
      // Nothing ran, and who calls now was told to call again.
      await hold.forget();
      outcome = await run(null);
    }
    if (outcome.kind !== 'held') return resultOf(hold.answering(outcome));
    const { task_id } = outcome;
    if (call.isTool && task_id !== undefined && takesTasks(exchange)) {
      // Until the client has the task, with which it asks from then on, the same call finds the hold.
      await hold.keep(outcome, false);
      return hold.answering(await createdTask(parts, task_id, exchange));
    }
    const client = holdClient(call, exchange, relay, given !== null);
    await hold.keep(outcome, client.elicitation !== 'retry');
    const settling = await settleHold(outcome, () => run(outcome.request_state), client, parts.holds);
    if (settling.kind === 'ended') return resultOf(hold.answering(settling.outcome));
    return settling.kind === 'pending' ? settling.result : hold.answering(settling.result);
  } finally {
    hold.leave();
  }
}

function hasExpired(outcome: CallOutcome): boolean {
  return outcome.kind === 'result' && refusalOf(outcome.result)?.code === 'APPROVAL_EXPIRED';
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
