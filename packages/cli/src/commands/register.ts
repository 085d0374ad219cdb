import type { Command } from 'commander';
import type { ExitCode } from '../base/exit-code.ts';
import type { Terminal } from '../base/terminal.ts';

/** Told once what a command ended with. */
export type ExitWith = (code: ExitCode) => void;

/** What every command is registered with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly exitWith: ExitWith;
}

/** What the help of a command says. */
export interface CommandHelp {
  readonly summary: string;
  /** A command line that works. */
  readonly example: string;
  /** What 0, 1 and 2 mean here. */
  readonly exits: string;
}

/** Adds a command with `--json`, an example and its exit codes to a parent. */
export function register(parent: Command, usage: string, help: CommandHelp): Command {
  const command = parent
    .command(usage)
    .description(help.summary)
    .option('--json', 'print one JSON document for programs')
    .addHelpText('after', `\nExample:\n  $ ${help.example}\n\nExit codes: ${help.exits}`);
  return command.showHelpAfterError(`Run \`${pathOf(command)} --help\` for an example.`);
}

/** Adds a command that only holds others. */
export function registerGroup(parent: Command, name: string, summary: string): Command {
  const group = parent.command(name).description(summary).enablePositionalOptions();
  return group.showHelpAfterError(`Run \`${pathOf(group)} --help\` to see its commands.`);
}

function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}
