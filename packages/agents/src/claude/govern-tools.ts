import { randomUUID } from 'node:crypto';
import { refusalText } from '../base/refusal-text.ts';
import { resultOf } from '../framework/call-refused-error.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import { markGoverned } from '../framework/governed-tools.ts';
import type { Governor } from '../governor/governor.ts';
import type { CallExtra, ClaudeTool } from './claude-tool.ts';

/** How tools of the Claude Agent SDK are put before a Hall. */
export interface ClaudeOptions extends GovernOptions {
  /** Milliseconds that a held call waits for a steward before the model is told (default 10 minutes). */
  readonly hold_wait_ms?: number;
}

const HOLD_WAIT_MS = 600_000;
const USE_ID = 'claudecode/toolUseId';

/**
 * Puts the tools of an MCP server in this process before a Hall, as `tool` of the Claude Agent SDK makes them. What it
 * denies is told to Claude as an error of the tool; while it holds a call, the session waits for the steward.
 *
 * @example
 * import { openGovernor } from '@wcp/agents';
 * import { govern } from '@wcp/agents/claude';
 *
 * const hall = { url: 'http://127.0.0.1:7420', key: 'wcp_…', worker_key: 'wcp_…' };
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * declare const tools: object[]; // as tool() makes them
 * const governed = govern(governor, tools); // createSdkMcpServer({ name: 'own', tools: governed })
 * console.log(governed.length);
 */
export function govern<T extends object>(
  governor: Governor,
  tools: readonly T[],
  options: ClaudeOptions = {},
): T[] {
  const calls = FrameworkCalls.of(governor);
  return tools.map((tool) => governed(tool, calls, options));
}

function governed<T extends object>(tool: T, calls: FrameworkCalls, options: ClaudeOptions): T {
  const own = tool as unknown as ClaudeTool;
  const { name, description, inputSchema } = own;
  const { approvals, correlation_id, hold_wait_ms = HOLD_WAIT_MS } = options;
  calls.declare({ name, description, input_schema: shapeOf(inputSchema) }, options);
  const handler = async (args: unknown, extra: unknown): Promise<unknown> => {
    const { signal, _meta } = Object(extra) as CallExtra;
    const use_id = _meta?.[USE_ID];
    const outcome = await calls.executeHeld(
      {
        name,
        call_id: typeof use_id === 'string' ? use_id : randomUUID(),
        args,
        signal,
        correlation_id,
        run: (given, stop) => own.handler(given, { ...Object(extra), signal: stop }),
      },
      { approvals, wait_ms: hold_wait_ms },
    );
    const isThrown = outcome.kind === 'failed' && (outcome.error !== undefined || signal?.aborted === true);
    if (outcome.kind === 'result' || isThrown) return resultOf(outcome, signal);
    return { isError: true, content: [{ type: 'text', text: refusalText(outcome) }] };
  };
  return markGoverned({ ...tool, handler });
}

/** What is known of the arguments: their names, and the schema of each where its library tells it. */
function shapeOf(shape: object): object {
  const properties = Object.entries(shape).map(([name, schema]) => {
    const standard = (Object(schema) as { '~standard'?: { jsonSchema?: { input(o: object): object } } })[
      '~standard'
    ];
    return [name, standard?.jsonSchema?.input({ target: 'draft-2020-12' }) ?? {}];
  });
  return { type: 'object', properties: Object.fromEntries(properties) };
}
