import type { Caller, CallOutcome, TaskCall } from '../../base/gateway.ts';
import { RPC_CODES } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../../base/members.ts';
import type { ServerTask } from '../../hold/task-ids.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { UpstreamError } from '../../upstream/upstream-error.ts';
import { type ResultRules, redacted } from '../result/result-rules.ts';

/** A server whose tasks pass, and what of them does not. */
export interface TaskServer {
  readonly upstream: Pick<Upstream, 'request'>;
  readonly rules: ResultRules;
  /** The longest answer, in bytes of JSON; absent for what the server may send at all. */
  readonly max_bytes?: number;
  /** What the server asks a client for, as the client gets it; null where one of its requests does not pass. */
  inputs(requests: Members): Members | null;
  /** Whether the Hall lets these requests go to the client: that is decided, and recorded, like a call. */
  mayAsk(caller: Caller, task: ServerTask, requests: Members, signal: AbortSignal): Promise<boolean>;
}

const REQUEST_MS = 30_000;
const MAX_DECIDED = 4_096;

/** Tasks of the servers: what their servers say of them, under the ids and the rules of this gateway. */
export class ServerTasks {
  /** By alias. */
  readonly #servers: ReadonlyMap<string, TaskServer>;

  /** The requests that were decided; in memory alone: after a restart they are decided again. */
  readonly #decided = new Set<string>();

  constructor(servers: ReadonlyMap<string, TaskServer>) {
    this.#servers = servers;
  }

  async get(caller: Caller, id: string, task: ServerTask, call: TaskCall): Promise<CallOutcome> {
    const server = this.#servers.get(task.alias);
    if (server === undefined) return NOT_SERVED;
    const outcome = await asked(server, 'tasks/get', { taskId: task.task_id }, call);
    if (outcome.kind !== 'result') return outcome;
    const said = membersOf(redacted(outcome.result, server.rules.patterns));
    const asks = said['inputRequests'];
    const inputs = asks === undefined ? {} : await this.#passing(caller, task, asks, call);
    const whole = { ...said, taskId: id, ...(asks !== undefined && { inputRequests: inputs }) };
    if (lengthOf(whole) > (server.max_bytes ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'result', result: { ...shared(whole), ...TOO_LONG } };
    }
    if (inputs !== null) return { kind: 'result', result: whole };
    await asked(server, 'tasks/cancel', { taskId: task.task_id }, call);
    return { kind: 'result', result: { ...shared(whole), ...INPUT_REFUSED } };
  }

  /** Answers pass to what the server asks for now, and may ask for: nothing else of the client reaches it. */
  async update(caller: Caller, task: ServerTask, answers: Members, call: TaskCall): Promise<CallOutcome> {
    const server = this.#servers.get(task.alias);
    if (server === undefined) return NOT_SERVED;
    const { task_id: taskId } = task;
    const outcome = await asked(server, 'tasks/get', { taskId }, call);
    if (outcome.kind !== 'result') return outcome;
    const asks = (await this.#passing(caller, task, ownMember(outcome.result, 'inputRequests'), call)) ?? {};
    const given = Object.entries(answers).filter(([name]) => Object.hasOwn(asks, name));
    if (given.length === 0) return { kind: 'result', result: {} };
    const inputResponses = Object.fromEntries(given);
    return this.#acknowledged('tasks/update', task, { taskId, inputResponses }, call);
  }

  async cancel(task: ServerTask, call: TaskCall): Promise<CallOutcome> {
    return this.#acknowledged('tasks/cancel', task, { taskId: task.task_id }, call);
  }

  /** What a task asks for, as the client gets it; null where something of it does not pass. */
  async #passing(
    caller: Caller,
    task: ServerTask,
    asks: unknown,
    { signal }: TaskCall,
  ): Promise<Members | null> {
    const server = this.#servers.get(task.alias);
    const inputs = server?.inputs(membersOf(asks)) ?? null;
    if (server === undefined || inputs === null) return null;
    const keyOf = (name: string) => JSON.stringify([task.alias, task.task_id, name]);
    const fresh = Object.entries(inputs).filter(([name]) => !this.#decided.has(keyOf(name)));
    if (fresh.length === 0) return inputs;
    if (!(await server.mayAsk(caller, task, Object.fromEntries(fresh), signal))) return null;
    for (const [name] of fresh) this.#decided.add(keyOf(name));
    for (const key of this.#decided) if (this.#decided.size > MAX_DECIDED) this.#decided.delete(key);
    return inputs;
  }

  async #acknowledged(
    method: string,
    { alias }: ServerTask,
    params: Members,
    call: TaskCall,
  ): Promise<CallOutcome> {
    const server = this.#servers.get(alias);
    if (server === undefined) return NOT_SERVED;
    const outcome = await asked(server, method, params, call);
    return outcome.kind === 'result' ? { kind: 'result', result: {} } : outcome;
  }
}

async function asked(
  { upstream }: TaskServer,
  method: string,
  params: Members,
  { signal }: TaskCall,
): Promise<CallOutcome> {
  try {
    const call = { signal, timeout_ms: REQUEST_MS, is_exact: true, takes_tasks: true };
    const result = await upstream.request(method, params, call);
    return isObject(result) ? { kind: 'result', result } : LOST;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { code, message } = error;
    return typeof code === 'number' ? { kind: 'error', code, message } : LOST;
  }
}

/** What a task has, however it stands. */
function shared({ taskId, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs }: Members): Members {
  return { taskId, createdAt, lastUpdatedAt, ttlMs, ...(pollIntervalMs !== undefined && { pollIntervalMs }) };
}

function lengthOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function failed(code: string, message: string): Members {
  const error = { code: RPC_CODES.refused, message: `${code}: ${message}` };
  return { status: 'failed', statusMessage: error.message, error };
}

const TOO_LONG = failed(
  'DELIVERY_ANSWER_TOO_LARGE',
  'The tool ran, and its result is longer than the operator lets pass. Do not call it again for the same.',
);
const INPUT_REFUSED = failed(
  'MCP_INPUT_REFUSED',
  'The task asks its client for something that the operator has not turned on for this server; it was asked to end.',
);
const NOT_SERVED: CallOutcome = {
  kind: 'error',
  code: RPC_CODES.invalidParams,
  message: 'The server of this task is not there any more.',
};
const LOST: CallOutcome = {
  kind: 'error',
  code: RPC_CODES.internal,
  message: 'The server of this task does not answer. Ask again later.',
};
