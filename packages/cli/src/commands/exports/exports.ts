import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addList } from './list.ts';
import { addRefused } from './refused.ts';
import { addRetry } from './retry.ts';

/** `wcp exports`: receipts on their way to other systems (section 8.11). */
export function addExports(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'exports', SUMMARIES.exports);
  addList(group, context);
  addRefused(group, context);
  addRetry(group, context);
}
