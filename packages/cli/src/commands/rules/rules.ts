import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { addCedarSchema } from './cedar-schema.ts';
import { addCheck } from './check.ts';
import { addFormat } from './format.ts';
import { addSuggest } from './suggest.ts';
import { addTest } from './test.ts';

/** `wcp rules`: routing rules are checked, tested, formatted, and learned from what was decided (section 4.1). */
export function addRules(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'rules', SUMMARIES.rules);
  addCheck(group, context);
  addTest(group, context);
  addFormat(group, context);
  addSuggest(group, context);
  addCedarSchema(group, context);
}
