import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addExport } from './export.ts';
import { addList } from './list.ts';
import { addTree } from './tree.ts';
import { addVerify } from './verify.ts';

/** `wcp receipts`: the evidence of a Hall (section 8). */
export function addReceipts(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'receipts', SUMMARIES.receipts);
  addList(group, context);
  addExport(group, context);
  addTree(group, context);
  addVerify(group, context);
}
