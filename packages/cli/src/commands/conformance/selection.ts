import { LEVELS, type Level } from '@wcp/conformance';
import { type Command, Option } from 'commander';

/** How `list` and `run` select cases. */
export interface SelectionOptions {
  readonly fixtures?: string;
  readonly level?: Level;
  readonly filter?: string;
}

/** Adds the options that select cases. */
export function withSelection(command: Command): Command {
  return command
    .option('--fixtures <dir>', 'a folder of fixtures to use instead of those in @wcp/spec')
    .addOption(
      new Option('--level <level>', 'only the cases that this conformance level requires').choices([
        ...LEVELS,
      ]),
    )
    .option('--filter <text>', 'only the cases whose id contains this text, or matches it if it has a *');
}

/** The selection, without the options that were not given. */
export function selectionOf({ level, filter }: SelectionOptions): { level?: Level; filter?: string } {
  return { ...(level === undefined ? {} : { level }), ...(filter === undefined ? {} : { filter }) };
}
