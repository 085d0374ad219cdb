import type { HookClient } from '@wcp/agents/hook';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { hookFolder } from '../../hook/hook-folder.ts';
import { type HookInstallation, installHook } from '../../hook/install-hook.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly file?: string;
  readonly write?: boolean;
  readonly dir?: string;
  readonly json?: boolean;
}

/** `wcp hook install`: the settings of a coding agent that make it ask. */
export function addHookInstall(
  group: Command,
  { terminal, exitWith }: CommandContext,
  clients: readonly HookClient[],
): void {
  const command = register(group, 'install', {
    summary: 'Set up a coding agent to ask before each of its tools.',
    details:
      'Shows what its settings must have. With --write it is added to them, after a copy of the file; what they have beside that stays.',
    example: 'wcp hook install claude-code',
    exits: '0 shown or written, 2 wrong usage, or the file cannot be read or written.',
  });
  command
    .argument('<client>', clients.join(', '))
    .option('--file <file>', 'the settings of the agent (default: those of your home folder)')
    .option('--dir <dir>', 'the folder of the settings of the hook (default: WCP_HOOK_DIR, else ~/.wcp/hook)')
    .option('--write', 'write it, instead of only showing it')
    .action(async (named: string, { file, write, dir, json }: Options) => {
      const client = clients.find((each) => each === named);
      if (client === undefined) throw usageError(`The agents are ${clients.join(', ')}.`);
      const done = await installHook(terminal, client, { file, writes: write === true, dir });
      const { settings_file } = hookFolder(terminal, dir);
      terminal.write(
        json ? jsonText({ ok: true, ...done, settings_file }) : textOf(done, settings_file, write),
      );
      exitWith(0);
    });
}

function textOf(
  { file, settings, was_installed, backup }: HookInstallation,
  settings_file: string,
  isWritten = false,
): string {
  const needs = `The hook reads ${escaped(settings_file)}: the URL of the Hall, its keys, the authority and the tenant (docs/agents.md).\n`;
  if (was_installed) return `${escaped(file)} has it already.\n${needs}`;
  if (!isWritten)
    return `${escaped(file)} must have:\n\n${jsonText(settings)}\n${needs}With --write it is added.\n`;
  const kept = backup === null ? '' : ` The file as it was: ${escaped(backup)}`;
  return `Written to ${escaped(file)}.${kept}\n${needs}`;
}
