import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addMigrate } from './migrate.ts';

/** `wcp store`: where a Hall keeps what it stores. */
export function addStore(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'store', SUMMARIES.store);
  addMigrate(group, context);
}
