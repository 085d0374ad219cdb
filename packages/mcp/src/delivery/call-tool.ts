import { ownMember } from '../base/members.ts';
import { declaresTasks, isTask } from '../base/tasks-extension.ts';
import type { Upstream, UpstreamCall } from '../upstream/upstream.ts';
import { upstreamError } from '../upstream/upstream-error.ts';
import { callAsTask } from './augmented-call.ts';
import { type AllowedInputs, type CallEnd, endOfError, endOfRefusal, endOfResult } from './call-result.ts';
import { followTask } from './follow-task.ts';

/**
 * What becomes of a task that a server answers with: `off`, the operator lets none pass; `undeclared`, the client takes
 * none; `passed`, the client follows it; `followed`, nobody waits for the call, and it is followed to its end here.
 */
export type TaskUse = 'off' | 'undeclared' | 'passed' | 'followed';

/** How a call is sent. */
export interface ToolCallOptions {
  readonly call: UpstreamCall & { readonly timeout_ms: number };
  readonly tasks: TaskUse;
  /** Whether the tool is one of 2025-11-25 that can be called as a task alone: it is followed to its end here. */
  readonly is_task_alone: boolean;
  readonly allowed: AllowedInputs;
}

/** Calls a tool at its server; how that ended. Never rejects. */
export async function callTool(
  upstream: Pick<Upstream, 'request'>,
  params: object,
  { call, tasks, is_task_alone, allowed }: ToolCallOptions,
): Promise<CallEnd> {
  if (is_task_alone && tasks === 'off') return endOfRefusal(TASKS_OFF);
  if (is_task_alone) return callAsTask(upstream, params, call, allowed);
  const takes_tasks = tasks === 'passed' || tasks === 'followed';
  const asked = { ...call, ...(takes_tasks && { takes_tasks }) };
  const began = performance.now();
  try {
    const result = await upstream.request('tools/call', params, asked);
    if (!isTask(result)) return endOfResult(result, allowed);
    if (!takes_tasks) return endOfRefusal(TASK_REFUSED);
    if (tasks === 'passed') return endOfResult(result, allowed);
    const left = call.timeout_ms - (performance.now() - began);
    return await followTask(upstream, result, { ...asked, timeout_ms: left }, allowed);
  } catch (error) {
    return tasks === 'off' && needsTasks(error) ? endOfRefusal(TASKS_OFF) : endOfError(error);
  }
}

/** Whether a server refuses to answer with anything but a task. */
function needsTasks(error: unknown): boolean {
  const { code, data } = upstreamError(error, 'DELIVERY_FAILED');
  return code === -32_021 && declaresTasks(ownMember(data, 'requiredCapabilities'));
}

const TASKS_OFF = {
  code: 'MCP_TASKS_OFF',
  message:
    'The tool answers with tasks alone, which the operator has not turned on for this server ("tasks": true in mcp.json): nothing ran.',
};
const TASK_REFUSED = {
  code: 'MCP_TASK_REFUSED',
  message:
    'The tool began a task though it was not asked for one; nobody follows it, and what comes of it is not known.',
};
