import { setTimeout } from 'node:timers/promises';
import { ownMember } from '../base/members.ts';
import type { Upstream, UpstreamCall } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { type AllowedInputs, type CallEnd, endOfError, endOfRefusal, endOfResult } from './call-result.ts';

const USUAL_POLL_MS = 1_000;
const [MIN_POLL_MS, MAX_POLL_MS] = [100, 10_000];

/**
 * Follows a task to its end, within the time of its call, and asks the server to end it where that is over.
 *
 * @param created what the call was answered with
 */
export async function followTask(
  upstream: Pick<Upstream, 'request'>,
  created: unknown,
  call: UpstreamCall & { readonly timeout_ms: number },
  allowed: AllowedInputs,
): Promise<CallEnd> {
  const taskId = ownMember(created, 'taskId');
  const end = performance.now() + call.timeout_ms;
  const ask = (method: string, timeout_ms: number) =>
    upstream.request(method, { taskId }, { timeout_ms, is_exact: true, takes_tasks: true });
  // Whether it ends, and what it has done by then, is the server's own affair.
  const cancel = () => void ask('tasks/cancel', CANCEL_MS).catch(() => {});
  for (let task = created; ; task = await ask('tasks/get', Math.max(1, end - performance.now()))) {
    const ended = endOfTask(task, allowed);
    if (ownMember(task, 'status') === 'input_required') cancel();
    if (ended !== null) return ended;
    await sleep(Math.min(pauseOf(task), Math.max(0, end - performance.now())), call.signal);
    const isOver = end <= performance.now();
    if (!isOver && call.signal?.aborted !== true) continue;
    cancel();
    return endOfError(new UpstreamError(isOver ? 'DELIVERY_TIMEOUT' : 'DELIVERY_CANCELLED'));
  }
}

/** Less where the signal is aborted before. */
async function sleep(pause_ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(pause_ms, undefined, { signal }).catch(() => {});
}

/** How a task has ended; null while it works. */
function endOfTask(task: unknown, allowed: AllowedInputs): CallEnd | null {
  switch (ownMember(task, 'status')) {
    case 'working':
      return null;
    case 'completed':
      // What was created says that it has ended, and only `tasks/get` how.
      return isCreated(task) ? null : endOfResult(ownMember(task, 'result'), allowed);
    case 'failed':
      return isCreated(task) ? null : failed(ownMember(task, 'error'));
    case 'cancelled':
      return endOfRefusal(CANCELLED);
    case 'input_required':
      return endOfRefusal(NOBODY_ANSWERS);
    default:
      return endOfResult(null, allowed);
  }
}

function isCreated(task: unknown): boolean {
  return ownMember(task, 'resultType') === 'task';
}

function failed(error: unknown): CallEnd {
  const [code, message] = [ownMember(error, 'code'), ownMember(error, 'message')];
  if (!Number.isSafeInteger(code) || typeof message !== 'string') return endOfRefusal(NO_ERROR);
  return endOfError(new UpstreamError(code as number, { message, data: ownMember(error, 'data') }));
}

function pauseOf(task: unknown): number {
  const said = ownMember(task, 'pollIntervalMs');
  const pause = typeof said === 'number' && Number.isFinite(said) ? said : USUAL_POLL_MS;
  return Math.min(Math.max(pause, MIN_POLL_MS), MAX_POLL_MS);
}

const CANCEL_MS = 5_000;
const NO_ERROR = { code: 'MCP_TASK_FAILED', message: 'The task failed, and its server did not say why.' };
const CANCELLED = { code: 'MCP_TASK_CANCELLED', message: 'The server ended the task before it was done.' };
const NOBODY_ANSWERS = {
  code: 'MCP_INPUT_REFUSED',
  message:
    'The task asks its client for something, and nobody waits for this call who could answer: it was asked to end, and may not have done what it was asked.',
};
