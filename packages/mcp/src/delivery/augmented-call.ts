import { isObject, membersOf, ownMember } from '../base/members.ts';
import type { Upstream, UpstreamCall } from '../upstream/upstream.ts';
import { type AllowedInputs, type CallEnd, endOfError, endOfResult } from './call-result.ts';

const CANCEL_MS = 5_000;
const RELATED = 'io.modelcontextprotocol/related-task';

/** Whether a tool can be called as a task alone, as servers of 2025-11-25 say it; later ones have the extension. */
export function isTaskAlone(definition: unknown, { capabilities, revision }: Upstream): boolean {
  const requests = ownMember(ownMember(capabilities, 'tasks'), 'requests');
  return (
    revision < '2026' &&
    ownMember(ownMember(definition, 'execution'), 'taskSupport') === 'required' &&
    isObject(ownMember(ownMember(requests, 'tools'), 'call'))
  );
}

/** Calls such a tool and waits for the result of its task, within the time of the call. Never rejects. */
export async function callAsTask(
  upstream: Pick<Upstream, 'request'>,
  params: object,
  call: UpstreamCall & { readonly timeout_ms: number },
  allowed: AllowedInputs,
): Promise<CallEnd> {
  const end = performance.now() + call.timeout_ms;
  let taskId: unknown;
  try {
    const ttl = Math.ceil(call.timeout_ms) + CANCEL_MS;
    const created = await upstream.request('tools/call', { ...params, task: { ttl } }, call);
    taskId = ownMember(ownMember(created, 'task'), 'taskId');
    if (typeof taskId !== 'string') return endOfResult(null, allowed);
    const { onProgress: _, ...rest } = call;
    const left = { ...rest, timeout_ms: Math.max(1, end - performance.now()) };
    return endOfResult(withoutTask(await upstream.request('tasks/result', { taskId }, left)), allowed);
  } catch (error) {
    // Whether it ends, and what it has done by then, is the server's own affair.
    if (taskId !== undefined)
      upstream.request('tasks/cancel', { taskId }, { timeout_ms: CANCEL_MS }).catch(() => {});
    return endOfError(error);
  }
}

/** The task is the gateway's own, and means nothing to whoever called. */
function withoutTask(result: unknown): unknown {
  if (!isObject(result)) return result;
  const { _meta, ...rest } = result;
  const { [RELATED]: _, ...meta } = membersOf(_meta);
  return Object.keys(meta).length === 0 ? rest : { ...rest, _meta: meta };
}
