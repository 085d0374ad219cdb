import { WcpError } from '@wcp/spec';
import { refusalText } from '../base/refusal-text.ts';
import { resultOf } from '../framework/call-refused-error.ts';
import type { FrameworkCall } from '../framework/framework-call.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import { isGovernedTool, markGoverned, warnUngoverned } from '../framework/governed-tools.ts';
import { jsonSchemaOf } from '../framework/json-schema-of.ts';
import type { Governor } from '../governor/governor.ts';

/** A tool of the AI SDK, as far as it is looked at. */
interface AiTool {
  readonly description?: unknown;
  readonly inputSchema?: unknown;
  readonly needsApproval?: unknown;
  readonly execute?: unknown;
}

interface ExecuteOptions {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal | undefined;
}

type Execute = (input: unknown, options: ExecuteOptions) => unknown;

/** A call that the AI SDK asks about before it executes it. */
export interface AskedToolCall {
  readonly toolCall: { readonly toolName: string; readonly toolCallId: string; readonly input: unknown };
  readonly toolsContext?: unknown;
  readonly messages: readonly unknown[];
  /** All tools of the request. */
  readonly tools?: Readonly<Record<string, unknown>> | undefined;
}

/** What becomes of a call, in the words of the AI SDK: undefined where it may be executed. */
export type ToolApproval =
  | { readonly type: 'denied'; readonly reason: string }
  | { readonly type: 'user-approval'; readonly reason: string }
  | undefined;

/** What `generateText`, `streamText` and `ToolLoopAgent` are given. */
export interface GovernedAiTools<T> {
  readonly tools: T;
  readonly toolApproval: (asked: AskedToolCall) => Promise<ToolApproval>;
}

/**
 * Puts the tools of the Vercel AI SDK before a Hall. What it denies becomes an automatic denial with code and remedy, and
 * what it holds an approval request, whose reason names the page of the steward. After the steward's approval the app
 * answers the request, and the call gives its result; an answer of the app alone runs nothing.
 *
 * @throws {WcpError} `ERR_WCP_AGENT` for a tool that the AI SDK does not execute itself, or that has an approval of its own
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { govern } from '@wcp/agents/ai';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * declare const tools: Record<string, { execute(input: unknown): unknown }>; // as tool() makes them
 * const governed = govern(governor, tools); // generateText({ model, prompt, ...governed })
 * console.log(Object.keys(governed)); // [ 'tools', 'toolApproval' ]
 */
export function govern<T extends Readonly<Record<string, object>>>(
  governor: Governor,
  tools: T,
  options: GovernOptions = {},
): GovernedAiTools<T> {
  const calls = FrameworkCalls.of(governor);
  const { approvals } = options;
  const executes = new Map(Object.entries(tools).map(([name, tool]) => [name, executeOf(name, tool)]));
  const governed = Object.entries(tools).map(([name, tool]) => {
    const { description, inputSchema } = tool as AiTool;
    const input_schema = jsonSchemaOf(inputSchema);
    const known = {
      name,
      ...(typeof description === 'string' && { description }),
      ...(input_schema && { input_schema }),
    };
    calls.declare(known, options);
    const execute: Execute = async (input, given) => {
      const call = callOf({ name, input, given, execute: executes.get(name), options });
      return resultOf(await calls.execute(call, approvals), given.abortSignal);
    };
    return [name, markGoverned({ ...tool, execute })];
  });
  const toolApproval = async (asked: AskedToolCall): Promise<ToolApproval> => {
    const { toolCall, toolsContext, messages } = asked;
    const others = Object.entries(asked.tools ?? {}).filter(([, tool]) => !isGovernedTool(tool));
    warnUngoverned(
      'ai',
      others.map(([other]) => other),
    );
    const { toolName: name, toolCallId, input } = toolCall;
    const execute = executes.get(name);
    if (execute === undefined) return undefined;
    const context = (Object(toolsContext) as Record<string, unknown>)[name];
    const given = { toolCallId, messages, context };
    const call = callOf({ name, input, given, execute, options });
    const refused = await calls.ask(call, approvals);
    if (refused === null) return undefined;
    const reason = refusalText(refused);
    if (refused.kind === 'denied') calls.drop(call);
    // A call is asked about again once the app has answered: without a steward it is not approved.
    const isNew = refused.kind === 'held' && !isAnswered(messages, toolCallId);
    return { type: isNew ? 'user-approval' : 'denied', reason };
  };
  return { tools: Object.fromEntries(governed) as T, toolApproval };
}

interface CallParts {
  readonly name: string;
  readonly input: unknown;
  readonly given: ExecuteOptions;
  readonly execute: Execute | undefined;
  readonly options: GovernOptions;
}

function callOf({ name, input, given, execute, options }: CallParts): FrameworkCall {
  const { toolCallId: call_id, abortSignal: signal } = given;
  const { correlation_id } = options;
  return {
    name,
    call_id,
    args: input,
    signal,
    correlation_id,
    run: async (args, abortSignal) => last(await execute?.(args, { ...given, abortSignal })),
  };
}

function executeOf(name: string, tool: object): Execute {
  const { execute, needsApproval } = tool as AiTool;
  if (typeof execute !== 'function') {
    throw new WcpError('ERR_WCP_AGENT', `${name} is not executed here, so no Hall can stand before it.`);
  }
  if (needsApproval !== undefined) {
    throw new WcpError(
      'ERR_WCP_AGENT',
      `The rules say which calls of ${name} are held: remove needsApproval.`,
    );
  }
  return execute.bind(tool) as Execute;
}

/** A tool may stream its results: the last one counts. */
async function last(output: unknown): Promise<unknown> {
  if (!(Symbol.asyncIterator in Object(output))) return output;
  let final: unknown;
  for await (const part of output as AsyncIterable<unknown>) final = part;
  return final;
}

/** Whether the assistant's part with the call stands in the messages: a new call is asked about before it does. */
function isAnswered(messages: readonly unknown[], toolCallId: string): boolean {
  return messages.some((message) => {
    const { role, content } = Object(message) as { readonly role?: unknown; readonly content?: unknown };
    if (role !== 'assistant' || !Array.isArray(content)) return false;
    return content.some((part) => {
      const { type, toolCallId: id } = Object(part) as {
        readonly type?: unknown;
        readonly toolCallId?: unknown;
      };
      return type === 'tool-call' && id === toolCallId;
    });
  });
}
