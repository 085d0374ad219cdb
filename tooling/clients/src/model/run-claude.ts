import { mkdirSync } from 'node:fs';
import { bin, PATH, run } from '../client/programs.ts';
import { ScriptedModel, type Turn } from './scripted-model.ts';

/** A session of Claude Code. */
export interface ClaudeSession {
  /** Its home, where its configuration may be. */
  readonly home: string;
  readonly turns: readonly Turn[];
  /** The servers of a configuration given for this session alone; those of its home otherwise. */
  readonly servers?: Readonly<Record<string, object>>;
  /** The tools that it brings along itself (default none), as its option takes them. */
  readonly tools?: string;
  /** Ends it before its script has: nothing of that is a fault. */
  readonly signal?: AbortSignal;
  /** What it and its servers get of an environment; without it, no network either. */
  readonly env?: Readonly<Record<string, string>>;
}

const LIMIT_MS = 90_000;
/** Milliseconds that it gives a gateway to start, on a machine that is busy. */
const PATIENCE = '60000';

/**
 * Runs a session of Claude Code with a scripted model, to its end, and gives everything that the model received. Without an
 * account.
 *
 * @throws where the session failed, or did not go as the script has it
 */
export async function runClaude(session: ClaudeSession): Promise<string> {
  const { home, turns, servers, env: given, tools = '', signal } = session;
  mkdirSync(home, { recursive: true });
  const model = new ScriptedModel(turns);
  const url = await model.open();
  const config =
    servers === undefined
      ? []
      : ['--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers: servers })];
  const args = [
    '-p',
    'Look after the notes.',
    ...config,
    '--tools',
    tools,
    '--permission-mode',
    'bypassPermissions',
  ];
  const env = {
    ...(given ?? { ...claudeEnv(home), HTTPS_PROXY: url, NO_PROXY: '127.0.0.1' }),
    ...modelEnv(url),
  };
  try {
    const running = run(bin('claude'), args, {
      cwd: home,
      env,
      timeout: LIMIT_MS,
      ...(signal && { signal }),
    });
    running.child.stdin?.end();
    await running;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    model.faults.push(`${String(error)}\n${stdout}${stderr}`);
  } finally {
    await model.close();
  }
  if (signal?.aborted === true) return model.received.join('\n');
  if (model.left > 0) model.faults.push(`The session ended ${model.left} turns early.`);
  if (model.faults.length > 0) throw new Error(model.faults.join('\n'));
  return model.received.join('\n');
}

/** What Claude Code gets of the environment wherever this check starts it. */
export function claudeEnv(home: string, path = PATH): Record<string, string> {
  return { PATH: path, HOME: home, DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
}

/** It waits for its servers, sees each of their tools at once, and finds the scripted model. */
function modelEnv(url: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'scripted',
    MCP_CONNECTION_NONBLOCKING: '0',
    MCP_TIMEOUT: PATIENCE,
    MCP_CONNECT_TIMEOUT_MS: PATIENCE,
    CLAUDE_CODE_MCP_STARTUP_WAIT_MS: PATIENCE,
    ENABLE_TOOL_SEARCH: 'false',
    IS_SANDBOX: '1',
  };
}
