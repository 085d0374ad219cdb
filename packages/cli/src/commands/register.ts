import type { Command } from 'commander';
import type { ExitCode } from '../base/exit-code.ts';
import type { Terminal } from '../base/terminal.ts';

/** Receives the exit code of a command, once. */
export type ExitWith = (code: ExitCode) => void;

/** What every command gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly exitWith: ExitWith;
}

/** The parts of a command's help. */
export interface CommandHelp {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What the command's own help adds. */
  readonly details?: string;
  /** A command line that works as it is. */
  readonly example: string;
  /** What exit codes 0, 1 and 2 mean here. */
  readonly exits: string;
}

/** Adds a command with `--json`, an example and its exit codes to a parent. */
export function register(parent: Command, usage: string, help: CommandHelp): Command {
  const command = parent
    .command(usage)
    .summary(help.summary)
    .description([help.summary, help.details].filter((text) => text !== undefined).join(' '))
    .option('--json', 'print one JSON document, for programs')
    .addHelpText('after', `\nExample:\n  $ ${help.example}\n\nExit codes: ${help.exits}`);
  return command.showHelpAfterError(`Run \`${pathOf(command)} --help\` for an example.`);
}

/** Adds a command that only groups others. */
export function registerGroup(parent: Command, name: string, summary: string): Command {
  const group = parent.command(name).description(summary).enablePositionalOptions();
  return group.showHelpAfterError(`Run \`${pathOf(group)} --help\` to see its commands.`);
}

function pathOf(command: Command): string {
  const names: string[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name());
  return names.join(' ');
}
