import type { CallOutcome, Gateway, GatewayCall, GatewayTasks, TaskCall } from '../base/gateway.ts';
import { isObject, type Members, membersOf } from '../base/members.ts';
import { declaresTasks } from '../base/tasks-extension.ts';
import { refused } from '../hold/refusal.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';

const CHANGES = {
  'notifications/tools/list_changed': 'tools',
  'notifications/resources/list_changed': 'resources',
  'notifications/prompts/list_changed': 'prompts',
} as const;

/**
 * The gateway of another process as one for a face here: whatever is asked goes there, where it is decided. A client
 * that starts a second gateway on the same folder gets this.
 *
 * @param upstream the face of the other gateway, with the key of the one caller
 */
export function relayGateway(upstream: Upstream, server: Gateway['server']): Gateway {
  const hasTasks = declaresTasks(upstream.capabilities);
  const pass = (method: string, params: Members, call: GatewayCall) =>
    passed(upstream, method, ownParams(params), call);
  return {
    server,
    capabilities: membersOf(upstream.capabilities),
    listTools: () => upstream.listTools(),
    callTool: (_, params, call) => pass('tools/call', { ...params }, call),
    request: (_, method, params, call) => pass(method, membersOf(params), call),
    ...(hasTasks && { tasks: relayedTasks(upstream) }),
    onListChanged: (listen) =>
      upstream.onNotification((method) => {
        if (Object.hasOwn(CHANGES, method)) listen(CHANGES[method as keyof typeof CHANGES]);
      }),
  };
}

/** The tasks of the other gateway, which knows whose key this is. */
function relayedTasks(upstream: Upstream): GatewayTasks {
  const ask = (method: string, params: Members, { signal }: TaskCall) =>
    passed(upstream, method, params, { signal, takes_tasks: true });
  return {
    get: (_, taskId, call) => ask('tasks/get', { taskId }, call),
    update: (_, taskId, answers, call) => ask('tasks/update', { taskId, inputResponses: answers }, call),
    cancel: (_, taskId, call) => ask('tasks/cancel', { taskId }, call),
  };
}

async function passed(
  upstream: Upstream,
  method: string,
  params: Members,
  call: GatewayCall,
): Promise<CallOutcome> {
  const { signal, onProgress, takes_tasks = false } = call;
  try {
    const result = await upstream.request(method, params, {
      signal,
      takes_tasks,
      ...(onProgress && { onProgress }),
    });
    return { kind: 'result', result };
  } catch (error) {
    return failed(error);
  }
}

/** What the other face is to know: the envelope of this side's client is not its own. */
function ownParams({ _meta, requestState: _, inputResponses: __, ...params }: Members): Members {
  const { traceparent } = membersOf(_meta);
  return { ...params, ...(typeof traceparent === 'string' && { _meta: { traceparent } }) };
}

function failed(error: unknown): CallOutcome {
  if (!(error instanceof UpstreamError)) throw error;
  const { code, message, data } = error;
  if (typeof code === 'number') {
    return { kind: 'error', code, message, ...(isObject(data) && { data }) };
  }
  const isOver = error.has_run === false;
  return refused({
    code,
    message: isOver
      ? 'The gateway of this folder does not answer: nothing ran.'
      : 'The gateway of this folder was lost.',
    remedy: isOver
      ? 'Restart the client: it then starts a gateway of its own.'
      : 'Find out what has changed before you call the tool again; the receipts of the Hall say whether it ran.',
  });
}
