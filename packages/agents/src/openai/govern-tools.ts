import { randomUUID } from 'node:crypto';
import { WcpError } from '@wcp/spec';
import { refusalText } from '../base/refusal-text.ts';
import { resultOf } from '../framework/call-refused-error.ts';
import type { FrameworkCall } from '../framework/framework-call.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import { isGovernedTool, markGoverned, warnUngoverned } from '../framework/governed-tools.ts';
import type { Governor } from '../governor/governor.ts';
import type { CallDetails, OpenAiTool } from './openai-tool.ts';
import { ToolGuardrails } from './tool-guardrails.ts';

/**
 * Puts function tools of the OpenAI Agents SDK before a Hall. What it denies is told to the model as the tool's output,
 * and what it holds interrupts the run. After the steward's approval the app approves the interruption and runs on with
 * the state, and the call gives its result; an approval of the app alone runs nothing. Its input guardrails come before the
 * Hall: what they reject is neither decided nor held.
 *
 * @throws {WcpError} `ERR_WCP_AGENT` for a tool that runs at the provider of the model
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { govern } from '@wcp/agents/openai';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * declare const tools: object[]; // as tool() makes them
 * const governed = govern(governor, tools); // new Agent({ name, tools: governed })
 * console.log(governed.length);
 */
export function govern<T extends readonly object[]>(
  governor: Governor,
  tools: T,
  options: GovernOptions = {},
): T[number][] {
  const calls = FrameworkCalls.of(governor);
  return tools.map((tool) => governed(tool, calls, options));
}

function governed<T extends object>(tool: T, calls: FrameworkCalls, options: GovernOptions): T {
  const own = functionTool(tool);
  const { name, description, parameters } = own;
  const { approvals } = options;
  calls.declare(
    {
      name,
      ...(description !== undefined && { description }),
      ...(parameters && { input_schema: parameters }),
    },
    options,
  );
  const guardrails = new ToolGuardrails(own);
  const agents = new WeakMap<object, object>();
  return markGoverned({
    ...tool,
    ...(guardrails.remembered && { inputGuardrails: guardrails.remembered }),
    async isEnabled(runContext: object, agent: object): Promise<boolean> {
      agents.set(runContext, agent);
      warnAboutOthers(agent);
      return own.isEnabled(runContext, agent);
    },
    async needsApproval(runContext: object, input: unknown, callId?: string): Promise<boolean> {
      // What the app itself wants to see first is decided once it has.
      if (callId === undefined || (await own.needsApproval(runContext, input, callId))) return true;
      const asked = { runContext, agent: agents.get(runContext), input, callId };
      // The SDK asks them again, and rejects the call.
      if (!(await guardrails.allow(asked))) return false;
      const call = callOf(own, { runContext, args: input, details: { toolCall: { callId } } }, options);
      return (await calls.ask(call, approvals))?.kind === 'held';
    },
    async invoke(runContext: unknown, input: string, details: CallDetails = {}): Promise<unknown> {
      const call = callOf(own, { runContext, args: parsed(input), details }, options);
      const outcome = await calls.execute(call, approvals);
      const isThrown = outcome.kind === 'failed' && (outcome.error !== undefined || details.signal?.aborted);
      if (outcome.kind === 'result' || isThrown === true) return resultOf(outcome, details.signal);
      return refusalText(outcome);
    },
  });
}

/** An agent tells its tools when it is asked for them, before a model hears of any. */
function warnAboutOthers(agent: object): void {
  const { tools = [] } = agent as { readonly tools?: readonly { readonly name?: string }[] };
  const others = tools.filter((tool) => !isGovernedTool(tool));
  warnUngoverned(
    '@openai/agents',
    others.map(({ name = '?' }) => name),
  );
}

interface Invocation {
  readonly runContext: unknown;
  readonly args: unknown;
  readonly details: CallDetails;
}

function callOf(
  tool: OpenAiTool,
  { runContext, args, details }: Invocation,
  { correlation_id }: GovernOptions,
): FrameworkCall {
  return {
    name: tool.name,
    call_id: details.toolCall?.callId ?? randomUUID(),
    args,
    signal: details.signal,
    correlation_id,
    run: (given, signal) => tool.invoke(runContext, JSON.stringify(given), { ...details, signal }),
  };
}

function functionTool(tool: object): OpenAiTool {
  const { type, name = 'A tool' } = tool as { readonly type?: string; readonly name?: string };
  if (type === 'function') return tool as OpenAiTool;
  throw new WcpError('ERR_WCP_AGENT', `${name} is no function of this program: no Hall can stand before it.`);
}

/** Arguments that are not JSON are refused as a text. */
function parsed(input: string): unknown {
  try {
    return input === '' ? {} : JSON.parse(input);
  } catch {
    return input;
  }
}
