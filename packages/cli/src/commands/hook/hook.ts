import type { HookClient } from '@wcp/agents/hook';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { readBounded } from '../../base/open-file.ts';
import type { Terminal } from '../../base/terminal.ts';
import { hookFolder, readHookFolder } from '../../hook/hook-folder.ts';
import { type CommandContext, register, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addHookInstall } from './install.ts';

const CLIENTS: readonly (readonly [HookClient, string])[] = [
  ['claude-code', 'Claude Code'],
  ['codex', 'Codex'],
  ['cursor', 'Cursor'],
  ['gemini', 'Gemini CLI'],
];

/** What a tool is given, in bytes: more is not read. */
const MAX_EVENT = 8 * 1024 * 1024;

/** `wcp hook`: a coding agent asks a Hall before each of its tools. */
export function addHook(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'hook', SUMMARIES.hook);
  for (const [client, name] of CLIENTS) addClient(group, context, client, name);
  addHookInstall(
    group,
    context,
    CLIENTS.map(([client]) => client),
  );
}

function addClient(
  group: Command,
  { terminal, exitWith }: CommandContext,
  client: HookClient,
  name: string,
): void {
  const command = register(group, client, {
    summary: `Answer a hook of ${name}: read its event from standard input.`,
    details:
      'Before a tool the Hall decides, and after it the Hall hears how it ended. What the Hall cannot be asked about does not run.',
    example: `wcp hook install ${client}`,
    exits: '0 answered, 2 nothing may run: it says why on standard error.',
  });
  command
    .option('--dir <dir>', 'the folder of the settings (default: WCP_HOOK_DIR, else ~/.wcp/hook)')
    .action(async ({ dir }: { readonly dir?: string }) => {
      const folder = hookFolder(terminal, dir);
      const text = await readEvent(terminal);
      const settings = await readHookFolder(terminal, folder);
      const { runHook } = await import('@wcp/agents/hook');
      const { stdout, stderr, exit_code } = await runHook({ client, text, settings, dir: folder.calls });
      if (stdout !== '') terminal.write(stdout);
      if (stderr !== '') terminal.warn(stderr);
      exitWith(exit_code);
    });
}

async function readEvent(terminal: Terminal): Promise<string> {
  const bytes = await readBounded(terminal.readStdin(), MAX_EVENT);
  if (bytes === null) throw usageError(`The event is larger than ${MAX_EVENT} bytes, so nothing runs.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usageError('The event is not UTF-8, so nothing runs.');
  }
}
