import { randomUUID } from 'node:crypto';
import { refusalText, resultOf } from '../framework/call-refused-error.ts';
import { FrameworkCalls, type GovernOptions } from '../framework/framework-calls.ts';
import type { Governor } from '../governor/governor.ts';
import type { HookSettings } from '../hook/hook-settings.ts';
import { type HookAnswer, runHook } from '../hook/run-hook.ts';

export type { GovernOptions, HookSettings };

/** How tools of the Claude Agent SDK are put before a Hall. */
export interface ClaudeOptions extends GovernOptions {
  /** Milliseconds that a held call waits for a steward before the model is told (default 10 minutes). */
  readonly hold_wait_ms?: number;
}

interface CallExtra {
  readonly signal?: AbortSignal;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** A tool of an MCP server in this process, as far as it is looked at. */
interface ClaudeTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  handler(args: unknown, extra: unknown): Promise<unknown>;
}

const HOLD_WAIT_MS = 600_000;
const USE_ID = 'claudecode/toolUseId';

/**
 * Puts the tools of an MCP server in this process before a Hall, as `tool` of the Claude Agent SDK makes them. What it
 * denies is told to Claude as an error of the tool; while it holds a call, the session waits for the steward.
 *
 * @example
 * import { createSdkMcpServer, query } from '@anthropic-ai/claude-agent-sdk';
 * import { openGovernor } from '@wcp/agents';
 * import { govern } from '@wcp/agents/claude';
 *
 * const governor = await openGovernor({ hall, authority: 'x.acme', agent: 'helper', tenant_id: 'acme' });
 * const server = createSdkMcpServer({ name: 'own', tools: govern(governor, tools) });
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
  return { ...tool, handler };
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

/** How the tools that Claude Code brings along are put before a Hall. */
export interface ClaudeHookOptions {
  /** As `readHookSettings` of `@wcp/agents/hook` reads them. */
  readonly settings: HookSettings;
  /** A private folder in which the hook before a tool leaves what the one after it needs. */
  readonly dir: string;
  /** The MCP servers in this process whose tools stand before the Hall by `govern` already. */
  readonly governed_servers?: readonly string[];
}

type ClaudeHook = (input: unknown) => Promise<Record<string, unknown>>;
interface ClaudeMatcher {
  hooks: ClaudeHook[];
  timeout: number;
}

interface McpServer {
  readonly name: string;
  readonly source: string;
}

/** Whether Claude Code may use a tool. */
export type ClaudePermission =
  | { behavior: 'allow'; updatedInput: Record<string, unknown> }
  | { behavior: 'deny'; message: string };

/** `hooks` and `canUseTool` of the options of `query`. */
export interface ClaudeHooks {
  readonly hooks: {
    PreToolUse: ClaudeMatcher[];
    PostToolUse: ClaudeMatcher[];
    PostToolUseFailure: ClaudeMatcher[];
  };
  readonly canUseTool: (
    name: string,
    input: Record<string, unknown>,
    asked: { readonly mcpServer?: McpServer },
  ) => Promise<ClaudePermission>;
}

/** Seconds: longer than the Hall and a steward may take. */
const TIMEOUT_S = 180;

/**
 * Puts the tools that Claude Code brings along (`Bash`, `Write` and the others) before a Hall, in each session that is
 * given these options. A tool that no hook has allowed is denied.
 *
 * @example
 * import { query } from '@anthropic-ai/claude-agent-sdk';
 * import { hallHooks } from '@wcp/agents/claude';
 *
 * for await (const message of query({ prompt, options: { ...hallHooks({ settings, dir }) } })) console.log(message);
 */
export function hallHooks({ settings, dir, governed_servers = [] }: ClaudeHookOptions): ClaudeHooks {
  // Only this process registers servers of this source, whatever a tool is called.
  const isGoverned = (server: McpServer | undefined) =>
    server?.source === 'sdk' && governed_servers.includes(server.name);
  const hook: ClaudeHook = async (input) => {
    const { hook_event_name, mcp_server } = Object(input) as HookEvent;
    if (isGoverned(mcp_server)) return {};
    const answer = await runHook({ client: 'claude-code', text: JSON.stringify(input), settings, dir });
    return answerOf(answer, hook_event_name);
  };
  const each = [{ hooks: [hook], timeout: TIMEOUT_S }];
  return {
    hooks: { PreToolUse: each, PostToolUse: each, PostToolUseFailure: each },
    async canUseTool(name, input, { mcpServer }) {
      if (isGoverned(mcpServer)) return { behavior: 'allow', updatedInput: input };
      return { behavior: 'deny', message: `No Hall has allowed ${name}, so nothing ran.` };
    },
  };
}

interface HookEvent {
  readonly hook_event_name?: unknown;
  readonly mcp_server?: McpServer;
}

function answerOf({ exit_code, stdout, stderr }: HookAnswer, event: unknown): Record<string, unknown> {
  if (exit_code === 0) return JSON.parse(stdout);
  const reason = stderr.trim();
  if (event !== 'PreToolUse') return { systemMessage: reason };
  const decision = { permissionDecision: 'deny', permissionDecisionReason: reason };
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', ...decision } };
}
