import type { CallOutcome, GatewayTasks, TaskCall } from '../../base/gateway.ts';
import { RPC_CODES, RpcError } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../../base/members.ts';
import { declaresTasks, TASKS_CAPABILITY } from '../../base/tasks-extension.ts';
import { canOpenPages } from '../../hold/settle-hold.ts';
import type { Exchange } from '../exchange.ts';
import type { FaceParts } from '../face-parts.ts';
import { checkInputRequests } from './passed-requests.ts';
import { shownResult } from './shown-result.ts';

/** Whether a client can be answered with a task: each request of it says so by itself. */
export function takesTasks({ isModern, capabilities }: Exchange): boolean {
  return isModern && declaresTasks(capabilities);
}

/**
 * A task as it is now, in the words of `tasks/get` and `notifications/tasks`.
 *
 * @throws {RpcError} for a task that is not this caller's, or that asks for what the client cannot answer
 */
export async function readTask(parts: FaceParts, task_id: unknown, exchange: Exchange): Promise<Members> {
  const { caller, signal, capabilities } = exchange;
  const call = { signal, can_open_pages: canOpenPages(capabilities) };
  const task = resultOf(await tasksOf(parts).get(caller, idOf(task_id), call));
  checkTask(task);
  checkInputRequests(task, exchange);
  const { resultType: _, requestState: __, result, ...rest } = task;
  if (result === undefined) return rest;
  return { ...rest, result: withoutRelatedTask(shownResult(result, parts, exchange, null)) };
}

/**
 * Holds what a server says of a task to what a task is: whoever follows it waits for a status that ends it.
 *
 * @throws {RpcError}
 */
function checkTask({ status, result }: Members): void {
  const { resultType = 'complete' } = membersOf(result);
  if (STATUSES.includes(status) && resultType === 'complete') return;
  throw new RpcError(RPC_CODES.internal, 'The server gave a task that is none.');
}

const STATUSES: readonly unknown[] = ['working', 'input_required', 'completed', 'cancelled', 'failed'];

/** The answer to a call that became a task: what the task is, and nothing of how it stands or ended. */
export async function createdTask(parts: FaceParts, task_id: string, exchange: Exchange): Promise<Members> {
  return taskAlone(await readTask(parts, task_id, exchange));
}

/** A task of the server, in the place of a result. */
export function taskAlone({
  inputRequests: _,
  requestState: __,
  result: ___,
  error: ____,
  ...task
}: Members): Members {
  return { ...task, resultType: 'task' };
}

/** `tasks/get` */
export async function getTask(parts: FaceParts, { taskId }: Members, exchange: Exchange): Promise<Members> {
  checkDeclared(exchange);
  return shownResult(await readTask(parts, taskId, exchange), parts, exchange, null);
}

/** `tasks/update` */
export function updateTask(parts: FaceParts, params: Members, exchange: Exchange): Promise<Members> {
  const { taskId, inputResponses } = params;
  checkDeclared(exchange);
  if (!isObject(inputResponses)) {
    throw new RpcError(RPC_CODES.invalidParams, 'inputResponses must be an object.');
  }
  return acknowledged(parts, exchange, (tasks, call) =>
    tasks.update(exchange.caller, idOf(taskId), inputResponses, call),
  );
}

/** `tasks/cancel` */
export function cancelTask(parts: FaceParts, { taskId }: Members, exchange: Exchange): Promise<Members> {
  checkDeclared(exchange);
  return acknowledged(parts, exchange, (tasks, call) => tasks.cancel(exchange.caller, idOf(taskId), call));
}

/** @throws {RpcError} `-32021` */
export function checkDeclared(exchange: Exchange): void {
  if (takesTasks(exchange)) return;
  throw new RpcError(RPC_CODES.missingCapability, 'Missing required client capability', {
    requiredCapabilities: TASKS_CAPABILITY,
  });
}

async function acknowledged(
  parts: FaceParts,
  exchange: Exchange,
  run: (tasks: GatewayTasks, call: TaskCall) => Promise<CallOutcome>,
): Promise<Members> {
  resultOf(await run(tasksOf(parts), { signal: exchange.signal }));
  return shownResult({}, parts, exchange, null);
}

function resultOf(outcome: CallOutcome): Members {
  if (outcome.kind === 'result' && isObject(outcome.result)) return outcome.result;
  if (outcome.kind === 'error') throw new RpcError(outcome.code, outcome.message, outcome.data);
  throw new RpcError(RPC_CODES.internal, 'The server gave no task.');
}

function tasksOf({ gateway: { tasks } }: FaceParts): GatewayTasks {
  if (tasks === undefined) throw new RpcError(RPC_CODES.methodNotFound, 'This method is not offered.');
  return tasks;
}

function idOf(task_id: unknown): string {
  if (typeof task_id === 'string') return task_id;
  throw new RpcError(RPC_CODES.invalidParams, 'The id of a task is missing.');
}

/** What 2025-11-25 repeated in a result: here it would name the task of another. */
function withoutRelatedTask(result: Members): Members {
  const { [RELATED]: related, ...meta } = membersOf(ownMember(result, '_meta'));
  return related === undefined ? result : { ...result, _meta: meta };
}

const RELATED = 'io.modelcontextprotocol/related-task';
