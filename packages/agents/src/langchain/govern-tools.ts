import { randomUUID } from 'node:crypto';
import { canonicalJson, sha256 } from '@wcp/spec';
import type { CallOutcome } from '../base/call-outcome.ts';
import { plainJson } from '../base/plain-json.ts';
import { refusalText } from '../base/refusal-text.ts';
import { resultOf } from '../framework/call-refused-error.ts';
import type { FrameworkCall } from '../framework/framework-call.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import { markGoverned } from '../framework/governed-tools.ts';
import { jsonSchemaOf } from '../framework/json-schema-of.ts';
import type { Governor } from '../governor/governor.ts';

/** What a graph is interrupted with while a call waits for a steward. */
export interface HeldToolCall {
  readonly tool: string;
  readonly approval_id: string;
  /** The page of the steward; null where the Hall listens nowhere. */
  readonly url: string | null;
  readonly message: string;
}

/** How tools of LangChain are put before a Hall. */
export interface LangChainOptions extends GovernOptions {
  /** `interrupt` of `@langchain/langgraph`; without it the model is told that a steward must approve. */
  readonly interrupt?: (held: HeldToolCall) => unknown;
}

interface ToolConfig {
  readonly toolCall?: { readonly id?: string };
  readonly signal?: AbortSignal | undefined;
  readonly configurable?: Readonly<Record<string, unknown>>;
}

/** A structured tool of LangChain, as far as it is looked at. */
interface LangChainTool {
  readonly name: string;
  readonly description?: string;
  readonly schema?: unknown;
  readonly responseFormat?: string;
  _call(args: unknown, runManager: unknown, config: ToolConfig): unknown;
}

/**
 * Puts tools of LangChain before a Hall, for any agent and graph. What it denies is told to the model as the tool's
 * output. What it holds interrupts a graph that has a checkpointer: after the steward's approval the app resumes the graph
 * with a `Command`, and the call gives its result; resumed without a steward, it is interrupted again. A node that is
 * executed again runs none of its calls a second time.
 *
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { govern } from '@wcp/agents/langchain';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * declare const tools: object[]; // as tool() makes them
 * declare const interrupt: () => unknown; // of @langchain/langgraph
 * const governed = govern(governor, tools, { interrupt }); // new ToolNode(governed)
 * console.log(governed.length);
 */
export function govern<T extends object>(
  governor: Governor,
  tools: readonly T[],
  options: LangChainOptions = {},
): T[] {
  const calls = FrameworkCalls.of(governor);
  return tools.map((tool) => governed(tool, calls, options));
}

function governed<T extends object>(tool: T, calls: FrameworkCalls, options: LangChainOptions): T {
  const own = tool as unknown as LangChainTool;
  const { name, description, schema, responseFormat } = own;
  const input_schema = jsonSchemaOf(schema);
  calls.declare(
    { name, ...(description !== undefined && { description }), ...(input_schema && { input_schema }) },
    options,
  );
  const _call = async (args: unknown, runManager: unknown, config: ToolConfig = {}): Promise<unknown> => {
    let kept: unknown;
    const call = callOf(name, args, config, options);
    const run = async (given: unknown, signal: AbortSignal) => {
      const output = await returned(own._call(given, runManager, { ...config, signal }));
      kept = isOfLangChain(output) ? output : undefined;
      return output;
    };
    const outcome = await unlessHeld(calls, { ...call, run }, options);
    const isThrown =
      outcome.kind === 'failed' && (outcome.error !== undefined || config.signal?.aborted === true);
    if (outcome.kind === 'result' || isThrown) return kept ?? resultOf(outcome, config.signal);
    const text = refusalText(outcome);
    return responseFormat === 'content_and_artifact' ? [text, null] : text;
  };
  // It stays what it is to whoever asks for its class.
  return markGoverned(Object.create(tool, { _call: { value: _call } }));
}

/** An interrupt ends this execution; the next one begins at the top. */
async function unlessHeld(
  calls: FrameworkCalls,
  call: FrameworkCall,
  { interrupt, approvals }: LangChainOptions,
): Promise<CallOutcome> {
  for (;;) {
    const outcome = await calls.execute(call, approvals);
    if (outcome.kind !== 'held' || interrupt === undefined) return outcome;
    const { approval_id, url } = outcome;
    interrupt({ tool: call.name, approval_id, url, message: refusalText(outcome) });
  }
}

function callOf(name: string, args: unknown, config: ToolConfig, options: LangChainOptions) {
  const { toolCall, configurable, signal } = config;
  const { thread_id } = configurable ?? {};
  const call_id = toolCall?.id ?? randomUUID();
  if (typeof thread_id !== 'string') {
    return { name, call_id, args, signal, correlation_id: options.correlation_id };
  }
  // A node is executed again after an interrupt: it is the same call.
  const named = sha256(canonicalJson([thread_id, name, call_id, plainJson(args ?? {})]));
  const correlation_id = options.correlation_id ?? `graph-${named.slice('sha256:'.length)}`;
  return { name, call_id: named, args, signal, correlation_id, idempotency_key: named };
}

/** Of a tool that reports events, what it returns. */
async function returned(output: unknown): Promise<unknown> {
  const awaited = await output;
  if (!(Symbol.asyncIterator in Object(awaited)) || typeof Object(awaited).next !== 'function')
    return awaited;
  const events = awaited as AsyncGenerator<unknown, unknown>;
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) return value;
  }
}

/** A message or a command means something to LangChain that its JSON does not. */
function isOfLangChain(output: unknown): boolean {
  const { lc_serializable, lg_name } = Object(output);
  return lc_serializable !== undefined || lg_name !== undefined;
}
