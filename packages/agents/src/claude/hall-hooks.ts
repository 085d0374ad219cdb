import type { HookSettings } from '../hook/hook-settings.ts';
import { type HookAnswer, runHook } from '../hook/run-hook.ts';

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
