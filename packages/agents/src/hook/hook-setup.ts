import { type HookClient, hookEvents } from './hook-clients.ts';

/** How a coding agent is set up to ask before each tool. */
export interface HookSetup {
  /** The usual file of its settings, below the home folder. */
  readonly file: string;
  /** What that file must have. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const FILES: Readonly<Record<HookClient, string>> = {
  'claude-code': '.claude/settings.json',
  codex: '.codex/hooks.json',
  cursor: '.cursor/hooks.json',
  gemini: '.gemini/settings.json',
};

/** Seconds that an agent leaves a hook, which itself ends earlier: one that is stopped counts as no answer. */
const TIMEOUT_S = 120;

/**
 * The settings that make a coding agent ask `wcp hook` before and after each of its tools.
 *
 * @param command the command line of the hook
 * @example
 * import { hookSetup } from '@wcp/agents/hook';
 *
 * console.log(JSON.stringify(hookSetup('claude-code', 'wcp hook claude-code').settings));
 */
export function hookSetup(client: HookClient, command: string): HookSetup {
  const hooks = Object.fromEntries(hookEvents(client).map((event) => [event, [entryOf(client, command)]]));
  return { file: FILES[client], settings: client === 'cursor' ? { version: 1, hooks } : { hooks } };
}

function entryOf(client: HookClient, command: string): object {
  // Without failClosed, Cursor runs the tool where its hook is missing.
  if (client === 'cursor') return { command, timeout: TIMEOUT_S, failClosed: true };
  const timeout = client === 'gemini' ? TIMEOUT_S * 1_000 : TIMEOUT_S;
  return { matcher: client === 'gemini' ? '.*' : '*', hooks: [{ type: 'command', command, timeout }] };
}
