import type { Command } from 'commander';
import { type CommandContext, registerGroup } from '../register.ts';
import { addDisclose } from './disclose.ts';
import { addForget } from './forget.ts';
import { addVerifyDisclosure } from './verify.ts';

/** `wcp evidence`: what is held beside the receipts of a Hall, and what is shown of it (section 8.9). */
export function addEvidence(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'evidence', 'Forget requests and results, or disclose one of them.');
  addForget(group, context);
  addDisclose(group, context);
  addVerifyDisclosure(group, context);
}
