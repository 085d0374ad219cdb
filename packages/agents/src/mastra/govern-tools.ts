import { randomUUID } from 'node:crypto';
import { WcpError } from '@wcp/spec';
import { refusalText } from '../base/refusal-text.ts';
import { CallRefusedError, resultOf } from '../framework/call-refused-error.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import { markGoverned } from '../framework/governed-tools.ts';
import { jsonSchemaOf } from '../framework/json-schema-of.ts';
import type { Governor } from '../governor/governor.ts';
import type { MastraContext, MastraTool } from './mastra-tool.ts';

/**
 * Puts tools of Mastra before a Hall. What it denies is told to the model as the tool's output, and what it holds suspends
 * the run. After the steward's approval the app resumes the run, and the call gives its result; resumed without a steward,
 * it is suspended again.
 *
 * @throws {WcpError} `ERR_WCP_AGENT` for a tool that is not executed here
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { govern } from '@wcp/agents/mastra';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * declare const tools: Record<string, object>; // as createTool() makes them
 * const governed = govern(governor, tools); // new Agent({ id, name, instructions, model, tools: governed })
 * console.log(Object.keys(governed));
 */
export function govern<T extends Readonly<Record<string, object>>>(
  governor: Governor,
  tools: T,
  options: GovernOptions = {},
): T {
  const calls = FrameworkCalls.of(governor);
  const all = Object.entries(tools).map(([name, tool]) => [name, governed(name, tool, calls, options)]);
  return Object.fromEntries(all) as T;
}

function governed(name: string, tool: object, calls: FrameworkCalls, options: GovernOptions): object {
  const own = tool as MastraTool;
  const { description, inputSchema, outputSchema } = own;
  if (typeof own.execute !== 'function') {
    throw new WcpError('ERR_WCP_AGENT', `${name} is not executed here, so no Hall can stand before it.`);
  }
  const input_schema = jsonSchemaOf(inputSchema);
  const described = { name, ...(description !== undefined && { description }) };
  calls.declare({ ...described, ...(input_schema && { input_schema }) }, options);
  const { approvals, correlation_id } = options;
  const execute = async (args: unknown, context: MastraContext = {}): Promise<unknown> => {
    const { agent, workflow, abortSignal: signal } = context;
    const outcome = await calls.execute(
      {
        name,
        call_id: agent?.toolCallId ?? workflow?.runId ?? randomUUID(),
        args,
        signal,
        correlation_id,
        run: (given, abortSignal) => own.execute?.(given, { ...context, abortSignal }),
      },
      approvals,
    );
    const pausing = agent?.suspend === undefined ? workflow : agent;
    if (outcome.kind === 'held' && pausing?.suspend !== undefined) {
      const { approval_id, url } = outcome;
      return pausing.suspend({ tool: name, approval_id, url, message: refusalText(outcome) });
    }
    const isThrown = outcome.kind === 'failed' && (outcome.error !== undefined || signal?.aborted === true);
    if (outcome.kind === 'result' || isThrown) return resultOf(outcome, signal);
    // Mastra holds what a tool returns against its schema.
    if (outputSchema !== undefined) throw new CallRefusedError(outcome);
    return refusalText(outcome);
  };
  const changed = { value: execute, enumerable: true, writable: true, configurable: true };
  const members = { ...Object.getOwnPropertyDescriptors(tool), execute: changed };
  return markGoverned(Object.create(Object.getPrototypeOf(tool), members));
}
