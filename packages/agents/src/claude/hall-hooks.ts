import { WcpError } from '@wcp/spec';
import { isGovernedTool } from '../framework/governed-tools.ts';
import type { HookSettings } from '../hook/hook-settings.ts';
import { type HookAnswer, runHook } from '../hook/run-hook.ts';

/** How the tools that Claude Code brings along are put before a Hall. */
export interface ClaudeHookOptions {
  /** As `readHookSettings` of `@wcp/agents/hook` reads them. */
  readonly settings: HookSettings;
  /** A private folder in which the hook before a tool leaves what the one after it needs. */
  readonly dir: string;
  /** The tools that `govern` gave, by the name of the MCP server in this process that has them. Any other tool is asked about. */
  readonly governed_servers?: Readonly<Record<string, readonly object[]>>;
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
 * @throws {WcpError} `ERR_WCP_AGENT` for a governed server with a tool that `govern` did not give
 * @example
 * import { hallHooks } from '@wcp/agents/claude';
 * import { readHookSettings } from '@wcp/agents/hook';
 *
 * const json = { url: 'http://127.0.0.1:7420', authority: 'x.acme', tenant_id: 'acme' };
 * const reading = readHookSettings(json, process.env);
 * if (reading.ok) {
 *   const options = hallHooks({ settings: reading.settings, dir: '.wcp-calls' }); // query({ prompt, options })
 *   console.log(Object.keys(options)); // [ 'hooks', 'canUseTool' ]
 * }
 */
export function hallHooks({ settings, dir, governed_servers = {} }: ClaudeHookOptions): ClaudeHooks {
  const names = governedNames(governed_servers);
  // Only this process registers servers of this source, whatever a tool is called.
  const isGoverned = (server: McpServer | undefined, tool: unknown) =>
    server?.source === 'sdk' && names.has(JSON.stringify([server.name, tool]));
  const hook: ClaudeHook = async (input) => {
    const { hook_event_name, mcp_server, tool_name } = Object(input) as HookEvent;
    if (isGoverned(mcp_server, tool_name)) return {};
    const answer = await runHook({ client: 'claude-code', text: JSON.stringify(input), settings, dir });
    return answerOf(answer, hook_event_name);
  };
  const each = [{ hooks: [hook], timeout: TIMEOUT_S }];
  return {
    hooks: { PreToolUse: each, PostToolUse: each, PostToolUseFailure: each },
    async canUseTool(name, input, { mcpServer }) {
      if (isGoverned(mcpServer, name)) return { behavior: 'allow', updatedInput: input };
      return { behavior: 'deny', message: `No Hall has allowed ${name}, so nothing ran.` };
    },
  };
}

/** A server may have tools that nobody governed. @throws {WcpError} `ERR_WCP_AGENT` for one that is named as governed */
function governedNames(servers: Readonly<Record<string, readonly object[]>>): ReadonlySet<string> {
  const all = Object.entries(servers).flatMap(([server, tools]) =>
    tools.map((tool) => {
      const { name = '?' } = tool as { readonly name?: string };
      if (!isGovernedTool(tool)) {
        throw new WcpError(
          'ERR_WCP_AGENT',
          `No Hall stands before ${name} of ${server}: give it to govern().`,
        );
      }
      return JSON.stringify([server, `mcp__${server.replace(NOT_IN_A_NAME, '_')}__${name}`]);
    }),
  );
  return new Set(all);
}

/** What Claude Code replaces in the names of its tools. */
const NOT_IN_A_NAME = /[^a-zA-Z0-9_-]/g;

interface HookEvent {
  readonly hook_event_name?: unknown;
  readonly tool_name?: unknown;
  readonly mcp_server?: McpServer;
}

function answerOf({ exit_code, stdout, stderr }: HookAnswer, event: unknown): Record<string, unknown> {
  if (exit_code === 0) return JSON.parse(stdout);
  const reason = stderr.trim();
  if (event !== 'PreToolUse') return { systemMessage: reason };
  const decision = { permissionDecision: 'deny', permissionDecisionReason: reason };
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', ...decision } };
}
